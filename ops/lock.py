"""Each locked package with extras stands a second time without them: pip before 24 compares hashes by a name
with its extras, and refuses `fastapi` where only `fastapi[standard]` is locked. Safe to repeat.

python -m ops.lock FILE...
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

_WITH_EXTRAS = re.compile(r"^([\w.-]+)\[[\w, -]+\](==\S+(?: \\\n +--hash=\S+)*\n)", re.MULTILINE)


def without_extras_too(text: str) -> str:
    plain = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))
    return _WITH_EXTRAS.sub(lambda m: m[0] if m[1] in plain else m[0] + m[1] + m[2], text)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        path = Path(name)
        path.write_text(without_extras_too(path.read_text()))
