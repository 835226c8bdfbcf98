"""Into the console and out of it: by password, by a one-time link, by a forgotten password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from service.errors import Refused, ServiceError, TooMany
from service.identity import accounts, one_time, recovery, sessions, sign_in
from service.identity.one_time import Purpose
from service.letters.links import Links
from service.tokens import Keys
from service.web.console import access
from service.web.edge import AnyRequest, form, go, network
from service.web.errors import status_of
from service.web.pages import Reader, page, reader_of


@get("/console/sign-in")
async def ask(request: AnyRequest, now: NamedDependency[datetime]) -> Response[Any]:
    """The sign-in page; whoever is signed in already goes on."""
    wanted = access.safe_next(request.query_params.get("next", ""))
    value = access.session_value(request)
    if value and await sessions.find(value=value, now=now):
        return go(wanted)
    return page(request, "console/sign_in.html", reader=reader_of(request), wanted=wanted)


@post("/console/sign-in")
async def enter(request: AnyRequest, now: NamedDependency[datetime]) -> Response[Any]:
    """Sign in with address and password."""
    posted = await form(request)
    wanted = access.safe_next(posted.text("next", limit=2000))
    try:
        coordinator = await sign_in.with_password(
            address=posted.text("address"), password=posted.text("password"), network=network(request), now=now
        )
    except (Refused, TooMany) as error:
        values = {"address": posted.text("address")}
        return _refused(request, "console/sign_in.html", error, wanted=wanted, values=values)
    return await access.sign_in(request, coordinator=coordinator, to=wanted, now=now)


@post("/console/sign-out")
async def leave(request: AnyRequest) -> Response[Any]:
    """Sign out."""
    return await access.sign_out(request)


@get("/console/sign-in/forgotten")
async def forgotten(request: AnyRequest) -> Response[str]:
    """Where to ask for a new password."""
    return page(request, "console/sign_in_forgotten.html", reader=reader_of(request), asked=False)


@post("/console/sign-in/forgotten")
async def send(request: AnyRequest, links: NamedDependency[Links], now: NamedDependency[datetime]) -> Response[str]:
    """Send the letter, if there is such an account; the page says the same either way."""
    posted = await form(request)
    try:
        await recovery.ask(address=posted.text("address"), network=network(request), links=links, now=now)
    except TooMany as error:
        return _refused(request, "console/sign_in_forgotten.html", error, asked=False, values=posted.values())
    return page(request, "console/sign_in_forgotten.html", reader=reader_of(request), asked=True)


@get("/sign-in/{token:str}")
async def link(request: AnyRequest, token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Response[str]:
    """What a one-time link opens: a button, because mail scanners open every link; or the form for a new password."""
    one_time_id = keys.read(token, purpose="sign-in", now=now)
    row = await one_time.look(one_time_id=one_time_id, purposes=(Purpose.SIGN_IN, Purpose.PASSWORD), now=now)
    coordinator = await accounts.by_id(coordinator_id=row.coordinator_id)
    reader = Reader(coordinator.language)
    return page(
        request, "console/sign_in_link.html", reader=reader, address=coordinator.address, with_password=row.purpose == Purpose.PASSWORD
    )


@post("/sign-in/{token:str}")
async def use(request: AnyRequest, token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Response[Any]:
    """Use the link up."""
    one_time_id = keys.read(token, purpose="sign-in", now=now)
    posted = await form(request)
    row = await one_time.look(one_time_id=one_time_id, purposes=(Purpose.SIGN_IN, Purpose.PASSWORD), now=now)
    if row.purpose == Purpose.SIGN_IN:
        coordinator = await sign_in.with_link(one_time_id=one_time_id, now=now)
        return await access.sign_in(request, coordinator=coordinator, to=access.HOME, now=now)
    try:
        coordinator = await sign_in.with_new_password(one_time_id=one_time_id, password=posted.text("password"), now=now)
    except Refused as error:
        owner = await accounts.by_id(coordinator_id=row.coordinator_id)
        return _refused(request, "console/sign_in_link.html", error, address=owner.address, with_password=True)
    return await access.sign_in(request, coordinator=coordinator, to=access.HOME, now=now)


def _refused(request: AnyRequest, template: str, error: ServiceError, **values: Any) -> Response[str]:
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return page(request, template, reader=reader_of(request), status=status_of(error), headers=headers, problems=error.problems, **values)


ROUTES = [ask, enter, leave, forgotten, send, link, use]
