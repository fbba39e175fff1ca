"""What the product consists of, as a CycloneDX 1.5 document: every package of the lock with its hashes.

python -m ops.sbom [FILE]        var/sbom.json unless given
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

from ops.paths import ROOT, VAR

LOCK = ROOT / "requirements.txt"
_ENTRY = re.compile(
    r"^(?P<name>[\w.-]+)(?:\[[\w, -]+\])?==(?P<version>\S+)(?P<hashes>(?: \\\n +--hash=\S+)*)", re.MULTILINE
)
_NAMESPACE = uuid.UUID("3f0a7c9e-7f0b-4c38-9f0c-0d6f3b5a1d11")


@dataclass(frozen=True, slots=True)
class Locked:
    """One package of the lock."""

    name: str
    version: str
    hashes: tuple[str, ...]
    """SHA-256 of each file that may be installed: source and wheels."""


def read_lock(text: str) -> list[Locked]:
    """Every package once: with extras and without they are one."""
    locked = {
        found["name"]: Locked(
            found["name"], found["version"], tuple(re.findall(r"sha256:([0-9a-f]{64})", found["hashes"]))
        )
        for found in _ENTRY.finditer(text)
    }
    return list(locked.values())


def make_sbom(text: str, name: str, version: str) -> dict[str, object]:
    """The same lock gives the same document. :param text: Of the lock."""
    components = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{one.name}@{one.version}",
            "name": one.name,
            "version": one.version,
            "purl": f"pkg:pypi/{one.name}@{one.version}",
            "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.hashes],
        }
        for one in read_lock(text)
    ]
    root = f"pkg:pypi/{name}@{version}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, text)}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": name,
                "version": version,
                "purl": root,
            }
        },
        "components": components,
        "dependencies": [{"ref": root, "dependsOn": [one["bom-ref"] for one in components]}],
    }


def main() -> None:
    from caspen_qbo import __version__

    target = Path(sys.argv[1]) if len(sys.argv) > 1 else VAR / "sbom.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    made = make_sbom(LOCK.read_text(), "caspen-qbo", __version__)
    target.write_text(json.dumps(made, indent=2) + "\n")
    print(f"{target}: {len(list(read_lock(LOCK.read_text())))} packages, CycloneDX 1.5")


if __name__ == "__main__":
    main()
