"""What may stop a local command, as a sentence that a person can act on."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

EXIT_USAGE = 2


class OpsError(Exception):
    """A local service cannot start. The text names what was seen and the next step; it is printed bare."""


def exit_with_sentence(main: Callable[[], int]) -> Callable[[], int]:
    """Turn an `OpsError` into one line on stderr and exit code 2, never a traceback."""

    @functools.wraps(main)
    def wrapped() -> int:
        try:
            return main()
        except OpsError as error:
            print(f"\nerror: {error}", file=sys.stderr)
            return EXIT_USAGE

    return wrapped
