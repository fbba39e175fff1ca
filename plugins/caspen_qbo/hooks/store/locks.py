"""Names of the locks runs exclude each other with."""

from __future__ import annotations

import hashlib


def workspace_lock_key(workspace_id: int) -> int:
    """The 64-bit key of a workspace's advisory lock, signed."""
    digest = hashlib.sha256(f"caspen_qbo:workspace:{workspace_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
