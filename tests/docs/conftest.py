"""The documents as text, and a workspace for those tests that hold a document against what is really done."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from ops.paths import ROOT

DOCS = ROOT / "docs"


def tracked() -> list[Path]:
    """Every file of the repository that exists, committed or about to be."""
    done = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def markdown() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


def without_code(text: str) -> str:
    """Fenced blocks taken out: what is in them is not a heading and not a link."""
    return re.sub(r"^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)


def headings(text: str) -> list[str]:
    return re.findall(r"^#{1,6} (.+?)\s*$", without_code(text), re.MULTILINE)


def sections(text: str) -> dict[str, str]:
    """Heading of the third level -> what stands under it."""
    parts = re.split(r"^(#{2,3}) (.+?)\s*$", text, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for level, heading, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        if level == "###":
            assert heading not in found, f"two sections are called {heading}"
            found[heading] = body
    return found
