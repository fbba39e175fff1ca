"""`make demo`."""

from __future__ import annotations

import sys

from ops.demo.day import main

if __name__ == "__main__":
    sys.exit(main())
