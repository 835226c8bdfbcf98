"""What people and letters meet while a server is away, and that all goes on by itself when it is back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.flows.conftest import Town, a_town, database, signed_in
from tests.support import journeys, live, servers
from tests.support.browser import Browser
from tests.support.post import until
from tests.support.running import free_port
from tests.support.subscriptions import rows


@asynccontextmanager
async def town_of_its_own(*, database_url: str, valkey_url: str, missing: tuple[str, ...] = (), **environment: str) -> AsyncIterator[Town]:
    """An installation for one test, with a town in it."""
    async with (
        live.installation(database_url=database_url, valkey_url=valkey_url, missing=missing, **environment) as one,
        live.rooms(database_url),
    ):
        yield await a_town(one)


async def ask(visitor: Browser, town: Town, who: str) -> None:
    """The subscribe form, sent."""
    form = f"{town.home()}/subscribe"
    await visitor.open(form)
    await visitor.submit(form, {"address": town.address(who), "name": "", "language": "et", "topics": ["newsletter"]})
    assert visitor.page.url.path == f"{form}/sent"


async def test_without_valkey_pages_work_mail_leaves_and_the_operator_is_told(worker_id: str) -> None:
    with servers.own_valkey() as valkey:
        async with (
            town_of_its_own(database_url=await database(f"valkey_{worker_id}"), valkey_url=valkey.url) as town,
            town.live.visitor() as mari,
        ):
            await journeys.subscribe(mari, town.live.mailbox, home=town.home(), address=town.address("mari"))
            valkey.stop()
            assert (await mari.open("/health/ready")).status_code == 200
            assert await town.live.missing() == ["valkey"]
            await journeys.subscribe(mari, town.live.mailbox, home=town.home(), address=town.address("jaan"))
            valkey.start()
            await town.live.until_missing()
            await journeys.subscribe(mari, town.live.mailbox, home=town.home(), address=town.address("anna"))


async def test_without_postgresql_a_page_says_so_and_all_goes_on_when_it_is_back(valkey_url: str) -> None:
    with servers.own_postgres(servers.DURABLE) as postgres:
        url = postgres.url.format(database="postgres")
        await live.migrate(url)
        async with town_of_its_own(database_url=url, valkey_url=f"{valkey_url}?db=15") as town, town.live.visitor() as mari:
            pids = {name: program.process.pid for name, program in town.live.programs.items()}
            await ask(mari, town, "mari")
            postgres.stop()
            for language in ("et", "ru", "en"):
                page = await mari.open(town.home(language))
                assert (page.status_code, "retry-after" in page.headers) == (503, True)
                assert f'<html lang="{language}"' in page.text
                assert "Traceback" not in page.text
            assert (await mari.open("/health/ready")).status_code == 503
            assert await town.live.missing() == ["postgresql"]
            postgres.start()
            await town.live.until_missing()
            # What was claimed at that very moment is looked for after half a minute.
            await town.live.mailbox.letter(to=town.address("mari"), seconds=60)
            await ask(mari, town, "jaan")
            await town.live.mailbox.letter(to=town.address("jaan"))
            assert pids == {name: program.process.pid for name, program in town.live.programs.items()}


class Relay:
    """A relay that knows one password and keeps what it takes."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.attempts = 0
        self.recipients: list[str] = []

    def __call__(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: object) -> AuthResult:
        """aiosmtpd asks whether a login is right."""
        self.attempts += 1
        assert isinstance(login, LoginPassword)
        return AuthResult(success=login.password.decode() == self.password, handled=False)

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """aiosmtpd's hook."""
        self.recipients.extend(envelope.rcpt_tos)
        return "250 2.0.0 taken"


@contextmanager
def listening(relay: Relay) -> Iterator[int]:
    """The relay on a port, in a thread of its own."""
    port = free_port()
    controller = Controller(relay, hostname="127.0.0.1", port=port, authenticator=relay, auth_required=True, auth_require_tls=False)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_relay_that_refuses_our_password_burns_nothing_and_the_operator_reads_its_words(worker_id: str, valkey_url: str) -> None:
    relay = Relay("the new password")
    with listening(relay) as port:
        settings = {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "USERNAME": "kutse", "PASSWORD": "the old password"}
        async with (
            town_of_its_own(
                database_url=await database(f"relay_{worker_id}"),
                valkey_url=f"{valkey_url}?db=14",
                missing=("relay",),  # an idle worker has found out already
                **{f"KUTSE_SMTP_{name}": value for name, value in settings.items()},
            ) as town,
            town.live.visitor() as mari,
            signed_in(town) as coordinator,
        ):
            await ask(mari, town, "mari")
            await until(lambda: relay.attempts, what="an attempt")
            await town.live.until_missing("relay")
            await until_delivery("queued", attempts=0)  # while the relay is probed, the copy is in a worker's hands for a moment
            await coordinator.open(town.desk)
            assert "Mail is held up" in coordinator.text()
            assert "535 5.7.8" in coordinator.text()
            assert relay.recipients == []

            relay.password = "the old password"
            await until(lambda: relay.recipients == [town.address("mari")], what="the letter")
            await until_delivery("sent", attempts=1, reply="250 2.0.0 taken")
            await town.live.until_missing()


async def until_delivery(state: str, *, attempts: int, reply: str = "") -> None:
    """Wait until the only copy stands like this; no other number of attempts may be seen before."""

    async def stands() -> bool:
        ((now_state, now_attempts, now_reply),) = await rows("SELECT state, attempts, coalesce(reply, '') FROM delivery")
        assert now_attempts <= attempts
        return (now_state, now_attempts, now_reply) == (state, attempts, reply)

    await until(stands, what=f"the copy {state}")
