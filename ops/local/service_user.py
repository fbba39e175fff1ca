"""Which operating-system user runs PostgreSQL: ourselves, or a system user when we are root."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError

SYSTEM_USER = "caspen_qbo_pg"


@dataclass(frozen=True)
class ServiceUser:
    """A user to run a child as. `uid` is None when it is the present one."""

    uid: int | None = None
    gid: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        """For `subprocess`, next to `user` and `group`: none of root's groups, or the present ones."""
        return None if self.uid is None else []

    def own(self, path: Path) -> None:
        """Give one file or folder to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def service_user() -> ServiceUser:
    """The present user, or as root a system user of our own, made when missing."""
    if os.geteuid() != 0:
        return ServiceUser()
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        entry = _make_system_user()
    return ServiceUser(entry.pw_uid, entry.pw_gid)


def _make_system_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        subprocess.run([*command, SYSTEM_USER], capture_output=True, check=False)
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    try:  # an image without useradd
        return pwd.getpwnam("nobody")
    except KeyError:
        raise OpsError(
            f"PostgreSQL does not run as root and no system user could be made. "
            f"Create one (useradd --system {SYSTEM_USER}) or run as an ordinary user."
        ) from None


def may_traverse(path: Path, user: ServiceUser) -> bool:
    """Whether the user can reach `path`: search permission on it and on every folder above."""
    if user.uid is None:
        return True
    return all(_may_search(folder.stat(), user) for folder in (path.resolve(), *path.resolve().parents))


def _may_search(status: os.stat_result, user: ServiceUser) -> bool:
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def public_home() -> Path:
    """A folder outside private homes for what the system user must reach. Only root writes into it."""
    home = Path("/var/lib/caspen-qbo")
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    return home
