"""A folder for a server's socket whose path is short and plain enough (a socket's path has at most 107 bytes)."""

from __future__ import annotations

import os
import re
import stat
import tempfile
from pathlib import Path

from service.supervisor import state

_PLAIN = re.compile(r"[A-Za-z0-9/._-]{1,80}")


def folder(wanted: Path, *, note: Path, owner: int) -> Path:
    """`wanted`, made when it is new; or a private folder under the temporary one, remembered in the file `note`.

    It belongs to the user id `owner` then.
    """
    if _PLAIN.fullmatch(str(wanted)):
        return _owned(state.private(wanted), owner)
    remembered = Path(note.read_text(encoding="utf-8").strip()) if note.exists() else None
    if remembered is None or not _private_still(remembered, owner):
        remembered = Path(tempfile.mkdtemp(prefix="kutse-", dir="/tmp"))
        state.write(note, f"{remembered}\n")
    return _owned(remembered, owner)


def _owned(path: Path, owner: int) -> Path:
    if path.stat().st_uid != owner:
        os.chown(path, owner, -1)
    return path


def _private_still(path: Path, owner: int) -> bool:
    """The temporary folder is everybody's: somebody else may have made this one after ours was swept away."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == owner and stat.S_IMODE(found.st_mode) == 0o700
