"""`registration`: 2,000 people press the button at once for 100 seats; floor: the same SQL straight through asyncpg with a web process's pool size.

Each person has opened the page before, from a network of their own (a proxy that is trusted says which), and sends the form with its CSRF token over a
connection of their own. Counted until the last one is redirected to "look into your mailbox".
"""

from __future__ import annotations

import asyncio
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import asyncpg

from service.events import registration
from service.events.form import Form
from service.events.occasion import Occasion
from service.events.office import Office
from service.letters.links import Links
from service.persistence import engine, throttle
from service.settings import Database
from service.tokens import Keys
from tests.benchmarks import _asking, _replay, _stage
from tests.support import events, factories, servers

PEOPLE = 2000
SEATS = 100
LANGUAGES = ("et", "ru", "en")
_POOL = Database().pool_size


def run() -> dict[str, Any]:
    """Registrations per second beside the floor's, and what was found in the database afterwards."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    return asyncio.run(_measure())


async def _measure() -> dict[str, Any]:
    async with _stage.stage() as stage:
        office = events.office(await factories.cluster(now=_stage.now()), Links("https://kutse.example.org", Keys((_stage.SECRET,))))
        await _replay.spread_ids()
        before = await _floor(stage, office)
        event = await events.published(cluster=office.cluster, now=_stage.now(), capacity=SEATS)
        with ExitStack() as running:
            count = stage.state / "premailer"
            port = running.enter_context(_web(stage, running.enter_context(servers.valkey()), count))
            statuses, seconds = await _rush(port, event)
        found = await _found(event) | {"premailer_runs": int(count.read_text(encoding="ascii"))}
        after = await _floor(stage, office)
    floor = max(before, after)
    return {
        "value": round(PEOPLE / seconds),
        "unit": "registrations/s",
        "floor": round(floor),
        "ratio": round(PEOPLE / seconds / floor, 3),
        "parameters": {"people": PEOPLE, "seats": SEATS},
        "errors": sum(status != 303 for status in statuses),
        **found,
    }


@dataclass
class Person:
    """Somebody with the page open: what the browser will send."""

    number: int
    cookie: str
    token: str

    @property
    def network(self) -> str:
        """An address of their own."""
        return f"10.{self.number // 250}.{self.number % 250}.1"

    def registration(self, event: Occasion) -> bytes:
        """The form as a browser posts it."""
        form = {"_csrf_token": self.token, **_typed(self.number), "homepage": ""}
        body = urlencode(form).encode()
        head = (
            f"POST /loomeklaster/et/events/{event.slug}/register HTTP/1.1\r\nHost: kutse.example.org\r\nX-Forwarded-For: {self.network}\r\n"
            f"X-Forwarded-Proto: https\r\nCookie: {self.cookie}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def _typed(number: int) -> dict[str, str]:
    return {
        "name": f"Mari Maasikas {number}",
        "address": f"mari{number:06d}@example.org",
        "organisation": f"Disainimaja {number % 400}",
        "role": "disainer",
        "language": LANGUAGES[number % len(LANGUAGES)],
    }


async def _rush(port: int, event: Occasion) -> tuple[list[int], float]:
    """Everybody opens the page; then everybody connects and sends at once. The statuses, and the seconds it took."""
    line = await _asking.connect(port)
    people = [await _opened(line, event, number) for number in range(PEOPLE)]
    line.close()
    begun = time.perf_counter()
    statuses = await asyncio.gather(*(_send(port, one.registration(event)) for one in people))
    return list(statuses), time.perf_counter() - begun


async def _opened(line: _asking.Connection, event: Occasion, number: int) -> Person:
    answer = await line.ask(_asking.request(f"/loomeklaster/et/events/{event.slug}"))
    token = re.search(rb'name="_csrf_token" value="([^"]+)"', answer.body)
    assert token
    return Person(number, answer.field("set-cookie").partition(";")[0], token[1].decode())


async def _send(port: int, request: bytes) -> int:
    line = await _asking.connect(port)
    answer = await line.ask(request)
    line.close()
    return answer.status


async def _floor(stage: _stage.Stage, office: Office) -> float:
    """The statements of a registration with a seat and of one without, said for everybody over as many connections as a web process has."""
    event = await events.published(cluster=office.cluster, now=_stage.now(), capacity=SEATS)
    seated = await _recorded(office, event, 1)
    await _set_taken(event, SEATS)
    waiting = await _recorded(office, event, 2)
    await _set_taken(event, 1)
    async with asyncpg.create_pool(stage.url, min_size=_POOL, max_size=_POOL, reset=_as_it_is) as pool:
        begun = time.perf_counter()
        await asyncio.gather(*(_again(pool, seated if number < SEATS else waiting, number) for number in range(1, PEOPLE)))
        return (PEOPLE - 1) / (time.perf_counter() - begun)


async def _recorded(office: Office, event: Occasion, number: int) -> _replay.Recording:
    recording = _replay.Recording()
    network = f"198.51.100.{number}"
    values: dict[str, Any] = _typed(900_000 + event.id * 10 + number) | {"consent_words": "Registreerun."}
    async with engine.DB.pool.acquire() as raw:  # type: ignore[union-attr]  # the stage has opened it
        raw.add_query_logger(recording.log)
    await registration.register(office=office, event_id=event.id, form=Form(**values), network=network, now=_stage.now())
    async with engine.DB.pool.acquire() as raw:  # type: ignore[union-attr]
        raw.remove_query_logger(recording.log)
        own = await raw.fetch(
            "SELECT i.uid, i.organizer FROM invitation i JOIN registration r ON r.id = i.registration_id WHERE r.address = $1",
            values["address"],
        )
    recording.own = {
        values["address"],
        throttle.bucket(what="registration from", who=network),
        throttle.bucket(what="registration of", who=f"{office.cluster.id}:{values['address']}"),
        *(text for row in own for text in row),
    }
    return recording


async def _again(pool: Any, recording: _replay.Recording, number: int) -> None:
    async with pool.acquire() as raw:
        await recording.replay(raw, number)


async def _as_it_is(_: object) -> None:
    pass


async def _set_taken(event: Occasion, seats: int) -> None:
    async with engine.connection() as raw:
        await raw.execute("UPDATE event SET seats_taken = $2 WHERE id = $1", event.id, seats)


async def _found(event: Occasion) -> dict[str, Any]:
    """What stands in the database: seats, the line, its order, and the letters."""
    async with engine.connection() as raw:
        row = await raw.fetchrow(_FOUND, event.id, SEATS)
    return dict(row) if row else {}


_FOUND = """
SELECT count(*) FILTER (WHERE state = 'seated') AS seated, count(*) FILTER (WHERE state = 'waitlisted') AS waitlisted,
    bool_and(state = CASE WHEN position <= $2 THEN 'seated' ELSE 'waitlisted' END) AS in_order,
    count(*) FILTER (WHERE letters = 1) AS with_one_letter,
    bool_and((state = 'seated') = (method IS NOT DISTINCT FROM 'REQUEST')) AS seats_have_invitations,
    bool_and(coalesce(place = position - $2, state = 'seated')) AS told_their_place
FROM (
    SELECT r.state, r.position, count(d.id) AS letters, max(l.method) AS method, max((d.slots->>'waitlist_place')::int) AS place
    FROM registration r LEFT JOIN delivery d ON d.person_id = r.person_id LEFT JOIN letter l ON l.id = d.letter_id
    WHERE r.event_id = $1 GROUP BY r.id
) AS told
"""


@contextmanager
def _web(stage: _stage.Stage, redis: str, count: Path) -> Iterator[int]:
    """A web process behind a proxy on loopback."""
    port = _stage.free_port()
    values = {
        "DATABASE_URL": stage.url,
        "REDIS_URL": redis,
        "KUTSE_STATE": str(stage.state),
        "KUTSE_SECRET": _stage.SECRET,
        "KUTSE_URL": "https://kutse.example.org",
        "KUTSE_PORT": str(port),
        "KUTSE_TRUSTED_PROXIES": "127.0.0.1",
        "KUTSE_SMTP_HOST": "127.0.0.1",
        "KUTSE_SMTP_SECURITY": "none",
        "KUTSE_LOG_LEVEL": "warning",
        "KUTSE_COUNT": str(count),
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks._counted", "web"], env={**kept, **values})
    try:
        yield port
    finally:
        process.terminate()
        process.wait(40)
