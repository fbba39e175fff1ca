"""`make sandbox`: the QuickBooks sandbox alone, in the foreground, starting empty each time."""

from __future__ import annotations

import os
import sys

from ops.errors import exit_with_sentence
from ops.local.environment import sandbox_environment
from ops.local.ports import ports_from, require_free
from ops.local.services import sandbox_command
from ops.paths import SANDBOX_CODE


@exit_with_sentence
def main() -> int:
    ports = ports_from(os.environ)
    require_free(ports.sandbox, "SANDBOX_PORT", "the QuickBooks sandbox")
    command = sandbox_command(ports.sandbox, snapshot=None)
    os.chdir(SANDBOX_CODE)
    # The sandbox takes this process over: Ctrl-C and signals reach it directly.
    os.execve(  # noqa: S606  the command is our own
        command[0], command, sandbox_environment({**os.environ, "PYTHONUNBUFFERED": "1"})
    )


if __name__ == "__main__":
    sys.exit(main())
