"""An installation in processes of its own: `kutse web`, `kutse worker` and the mail catcher, over the test run's servers."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
import httpx

from service.letters.links import Links
from service.persistence.engine import DB
from service.tokens import Keys
from tests.support import forking, running
from tests.support.browser import Browser
from tests.support.forking import Child
from tests.support.post import Mailbox, until

SECRET = "a secret of the living installation, long enough"


class Program:
    """One `kutse <arguments>`. Its output is shown when something goes wrong."""

    def __init__(self, *arguments: str, environment: dict[str, str], pass_fds: tuple[int, ...] = ()) -> None:
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the program
        output = self._output.fileno()
        self.process = Child(*arguments, environment=environment, files=(output, output, *pass_fds))

    @property
    def output(self) -> str:
        """What it wrote so far."""
        end = self._output.tell()
        self._output.seek(0)
        text = self._output.read().decode()
        self._output.seek(end)
        return text

    @contextmanager
    def thinking(self) -> Iterator[None]:
        """It keeps its connections and does nothing for the time of the block."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """SIGTERM; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def close(self) -> None:
        """Leave nothing behind, however the test went."""
        self.process.kill()
        self.process.wait()
        self._output.close()


class Live:
    """The installation. `environment` is what its programs were told."""

    def __init__(self, state: Path, environment: dict[str, str]) -> None:
        self.state = state
        self.environment = environment
        self.url = environment["KUTSE_URL"]
        self.mailbox = Mailbox(state / "mailbox")
        self.links = Links(self.url, Keys(secrets=(SECRET,)))
        self.programs: dict[str, Program] = {}

    def start(self, name: str, *arguments: str, pass_fds: tuple[int, ...] = ()) -> None:
        """Start `kutse <name>`."""
        self.programs[name] = Program(name, *arguments, environment=self.environment, pass_fds=pass_fds)

    def stop(self, name: str) -> None:
        """Stop `kutse <name>`; it has to end well."""
        program = self.programs.pop(name)
        with contextlib.closing(program):
            assert program.stop() in (0, -signal.SIGTERM), program.output

    async def missing(self) -> list[str]:
        """What `/health/whole` misses."""
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{self.url}/health/whole", timeout=20)
        found: list[str] = answer.json()["missing"]
        assert answer.status_code == (503 if found else 200)
        return found

    async def until_missing(self, *parts: str, seconds: float = 20) -> None:
        """Wait until `/health/whole` misses exactly these; fails at once when a program has ended."""

        async def looked() -> bool:
            for name, program in self.programs.items():
                assert program.process.poll() is None, f"{name} ended:\n{program.output}"
            with contextlib.suppress(httpx.TransportError):
                return await self.missing() == [*parts]
            return False

        await until(looked, seconds=seconds, what=f"{parts or 'nothing'} missing")

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator[Browser]:
        """Somebody with a browser of their own."""
        async with httpx.AsyncClient(base_url=self.url, timeout=20) as client:
            yield Browser(client)


@asynccontextmanager
async def installation(*, database_url: str, valkey_url: str, missing: tuple[str, ...] = (), **environment: str) -> AsyncIterator[Live]:
    """Web, worker and catcher, in order but for what is `missing`."""
    folder = Path(tempfile.mkdtemp(prefix="kutse-live-", dir="/tmp"))
    port, listening = running.free_port(), socket.create_server(("127.0.0.1", 0))
    live = Live(
        folder,
        {
            **running.clean_environment(),
            "DATABASE_URL": database_url,
            "REDIS_URL": valkey_url,
            "KUTSE_STATE": str(folder),
            "KUTSE_SECRET": SECRET,
            "KUTSE_URL": f"http://127.0.0.1:{port}",
            "KUTSE_PORT": str(port),
            "KUTSE_CATCHER": "{}:{}".format(*listening.getsockname()),
            "KUTSE_EMBEDDED": "catcher",
            "KUTSE_MAIL_DOMAIN": "mail.kutse.example.org",
            "KUTSE_LOG_FORMAT": "json",
            **environment,
        },
    )
    try:
        live.start("catcher", "--fd", str(listening.fileno()), pass_fds=(listening.fileno(),))
        live.start("web")
        live.start("worker")
        await live.until_missing(*missing)
        yield live
        for name in [*live.programs]:
            live.stop(name)
    finally:
        for program in live.programs.values():
            program.close()
        listening.close()
        shutil.rmtree(folder)


async def migrate(database_url: str) -> None:
    """`kutse migrate`."""
    environment = {**running.clean_environment(), "DATABASE_URL": database_url}
    done = await asyncio.to_thread(forking.run, "migrate", environment=environment)
    assert done.returncode == 0, done.stderr


@asynccontextmanager
async def rooms(database_url: str) -> AsyncIterator[None]:
    """The rooms of this process work on another database for the time of the block."""
    before = DB.pool
    async with asyncpg.create_pool(database_url, min_size=1, max_size=4, server_settings={"timezone": "UTC"}) as pool:
        DB.pool = pool
        try:
            yield
        finally:
            DB.pool = before
