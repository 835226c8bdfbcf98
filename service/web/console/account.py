"""A coordinator's own account: name, language, password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from service.errors import Refused
from service.identity import accounts
from service.languages.catalogues import marked
from service.languages.locales import AUTONYMS, LANGUAGES
from service.persistence import throttle
from service.web.console import access
from service.web.console.access import SIGNED_IN, Visit
from service.web.edge import AnyRequest, form, go

_SAID = {
    "saved": marked("Saved."),
    "password": marked("The new password holds from now on. You were signed out everywhere else."),
}


@get("/console/account", dependencies=SIGNED_IN)
async def show(request: AnyRequest, visit: NamedDependency[Visit]) -> Response[str]:
    """The account."""
    return _page(request, visit)


@post("/console/account", dependencies=SIGNED_IN)
async def save(request: AnyRequest, visit: NamedDependency[Visit], now: NamedDependency[datetime]) -> Response[Any]:
    """Change name and language."""
    posted = await form(request)
    try:
        await accounts.edit(coordinator_id=visit.coordinator.id, name=posted.text("name"), language=posted.text("language"), now=now)
    except Refused as error:
        return _page(request, visit, refused=error, values=posted.values())
    return go("/console/account?done=saved")


@post("/console/account/password", dependencies=SIGNED_IN)
async def change_password(request: AnyRequest, visit: NamedDependency[Visit], now: NamedDependency[datetime]) -> Response[Any]:
    """Change the password, knowing the present one."""
    posted = await form(request)
    await throttle.count(what="password.change", who=str(visit.coordinator.id), limit=20, now=now)
    try:
        await accounts.change_password(
            coordinator_id=visit.coordinator.id,
            current=posted.text("current"),
            new=posted.text("new"),
            keep_session_id=visit.session_id,
            now=now,
        )
    except Refused as error:
        return _page(request, visit, refused=error)
    return go("/console/account?done=password")


def _page(request: AnyRequest, visit: Visit, *, refused: Refused | None = None, **shown: Any) -> Response[str]:
    values = {"name": visit.coordinator.name, "language": visit.coordinator.language}
    return visit.page(
        request,
        "console/account.html",
        status=422 if refused else 200,
        problems=refused.problems if refused else (),
        flash=access.said(request, _SAID),
        language_choices=[(language, AUTONYMS[language]) for language in LANGUAGES],
        **({"values": values} | shown),
    )


ROUTES = [show, save, change_password]
