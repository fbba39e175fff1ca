"""${message}."""

from __future__ import annotations

from caspen_qbo.migrations import apply_folder

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    apply_folder("${up_revision}")
