"""Behind the link of a first start, or of an invitation: how somebody becomes a coordinator."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from service.errors import Refused
from service.identity import invitations, one_time, set_up
from service.identity.one_time import Purpose
from service.identity.tables import OneTime
from service.languages.locales import AUTONYMS, LANGUAGES
from service.tokens import Keys
from service.web.console import access
from service.web.edge import AnyRequest, form
from service.web.pages import page, reader_of


@get("/welcome/{token:str}")
async def show(request: AnyRequest, token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Response[str]:
    """The form: who one is, and a password."""
    return await _page(request, await _row(token, keys, now), now, values={"language": reader_of(request).language})


@post("/welcome/{token:str}")
async def use(request: AnyRequest, token: FromPath[str], keys: NamedDependency[Keys], now: NamedDependency[datetime]) -> Response[Any]:
    """Set the site up, or take the invitation; and be signed in. After a set-up the first cluster is next."""
    row = await _row(token, keys, now)
    posted = await form(request)
    account = {"name": posted.text("name"), "language": posted.text("language"), "password": posted.text("password")}
    is_first = row.purpose == Purpose.WELCOME
    try:
        if is_first:
            coordinator = await set_up.begin(one_time_id=row.id, address=posted.text("address"), **account, now=now)
        else:
            coordinator = await invitations.accept(one_time_id=row.id, **account, now=now)
    except Refused as error:
        return await _page(request, row, now, status=422, problems=error.problems, values=posted.values())
    return await access.sign_in(request, coordinator=coordinator, to="/console/new" if is_first else access.HOME, now=now)


async def _row(token: str, keys: Keys, now: datetime) -> OneTime:
    one_time_id = keys.read(token, purpose="welcome", now=now)
    return await one_time.look(one_time_id=one_time_id, purposes=(Purpose.WELCOME, Purpose.INVITATION), now=now)


async def _page(request: AnyRequest, row: OneTime, now: datetime, **shown: Any) -> Response[str]:
    is_first = row.purpose == Purpose.WELCOME
    return page(
        request,
        "welcome.html",
        reader=reader_of(request),
        address=None if is_first else (await invitations.look(one_time_id=row.id, now=now)).address,
        language_choices=[(language, AUTONYMS[language]) for language in LANGUAGES],
        **({"problems": ()} | shown),
    )


ROUTES = [show, use]
