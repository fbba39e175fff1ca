"""Write the expected document of golden cases as the mapping makes it now. Read it before committing.

    python -m tests.golden.rewrite CASE [CASE ...] [--overwrite]

Without ``--overwrite`` a file that exists is left alone and the command fails.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.golden import CASES, CASPEN, EXPECTED, case_folders, map_case, printed, read_json


def rewrite(folder: Path, *, overwrite: bool) -> bool:
    """Write one case's expected document; False when it exists already and may not be replaced."""
    target = folder / EXPECTED
    if target.exists() and not overwrite:
        return False
    target.write_text(printed(map_case(read_json(folder / CASPEN))), encoding="utf-8")
    return True


def main(arguments: Sequence[str] | None = None, *, root: Path = CASES) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="+", help="folder names below tests/golden/cases, or all")
    parser.add_argument("--overwrite", action="store_true", help="replace files that exist")
    options = parser.parse_args(arguments)
    folders = case_folders(root) if options.cases == ["all"] else [root / name for name in options.cases]
    refused = [folder.name for folder in folders if not rewrite(folder, overwrite=options.overwrite)]
    if refused:
        print(f"left alone, use --overwrite to replace: {', '.join(refused)}", file=sys.stderr)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
