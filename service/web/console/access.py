"""Who stands behind a console request, and at which cluster's desk: asked before anything else is read.

A handler of one cluster says `dependencies=AT_DESK` and takes `desk: NamedDependency[Desk]`; one without a cluster says `SIGNED_IN` and takes
`visit: NamedDependency[Visit]`. Nobody signed in: a GET goes to the sign-in page and comes back afterwards. A cluster that is not theirs
is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.datastructures import Cookie
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect

from service.clusters.tables import Cluster
from service.errors import Forbidden
from service.identity import access, sessions
from service.identity.tables import Coordinator
from service.languages.catalogues import translator
from service.settings import Settings
from service.web.edge import AnyRequest, go, wiring
from service.web.pages import Reader, page

HOME = "/console"
SIGN_IN = "/console/sign-in"


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in coordinator, in their language, with the clusters they work for."""

    coordinator: Coordinator
    session_id: int
    clusters: list[Cluster]
    reader: Reader

    def page(self, request: AnyRequest, template: str, **values: Any) -> Response[str]:
        """A console page without a cluster; takes what `pages.page` takes."""
        return page(request, template, reader=self.reader, clusters=self.clusters, **values)


@dataclass(frozen=True, slots=True)
class Desk:
    """A coordinator at work on one of their clusters; times are in its zone."""

    coordinator: Coordinator
    cluster: Cluster
    clusters: list[Cluster]
    reader: Reader

    @property
    def path(self) -> str:
        """`/console/{cluster}`, in front of every page of this desk."""
        return f"{HOME}/{self.cluster.slug}"

    def page(self, request: AnyRequest, template: str, **values: Any) -> Response[str]:
        """A console page of this cluster; takes what `pages.page` takes."""
        return page(request, template, reader=self.reader, cluster=self.cluster, clusters=self.clusters, **values)


class SignInNeeded(Exception):
    """Nobody is signed in; `on_sign_in_needed` answers."""


async def provide_visit(request: AnyRequest, now: NamedDependency[datetime]) -> Visit:
    """The dependency `visit`; raises SignInNeeded, or Forbidden for a form whose sender was signed out meanwhile."""
    value = session_value(request)
    signed = await sessions.find(value=value, now=now) if value else None
    if signed is None:
        raise SignInNeeded if request.method == "GET" else _signed_out()
    coordinator = signed.coordinator
    request.state.coordinator = coordinator
    clusters = await access.clusters_of(coordinator=coordinator)
    return Visit(coordinator, signed.session_id, clusters, Reader(coordinator.language))


async def provide_desk(visit: NamedDependency[Visit], cluster: FromPath[str]) -> Desk:
    """The dependency `desk`; raises NotFound for a cluster that is not there or not theirs."""
    found = await access.cluster_for(coordinator=visit.coordinator, slug=cluster)
    return Desk(visit.coordinator, found, visit.clusters, Reader(visit.reader.language, found.zone))


SIGNED_IN: Mapping[str, Provide] = {"visit": Provide(provide_visit)}
AT_DESK: Mapping[str, Provide] = {**SIGNED_IN, "desk": Provide(provide_desk)}


def on_sign_in_needed(request: AnyRequest, _error: SignInNeeded) -> Redirect:
    """To the sign-in page, which leads back here."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return go(SIGN_IN if wanted == HOME else f"{SIGN_IN}?next={quote(wanted, safe='/')}")


def safe_next(wanted: str) -> str:
    """Where to go after sign-in: a page of the console, never another site, whatever a link says."""
    inside = wanted == HOME or wanted.startswith((f"{HOME}/", f"{HOME}?"))
    return wanted if inside and wanted.isprintable() and "\\" not in wanted and not wanted.startswith(SIGN_IN) else HOME


def said(request: AnyRequest, sentences: Mapping[str, str]) -> dict[str, str] | None:
    """The layout's `flash` after a redirect: the sentence (a message id) of the key in `?done=`, in the coordinator's language."""
    text = sentences.get(request.query_params.get("done", ""))
    coordinator: Coordinator = request.state.coordinator
    return {"kind": "success", "text": translator(coordinator.language).gettext(text)} if text else None


def session_value(request: AnyRequest) -> str | None:
    """What the browser's session cookie says."""
    return request.cookies.get(_cookie_name(wiring(request).settings))


async def sign_in(request: AnyRequest, *, coordinator: Coordinator, to: str, now: datetime) -> Redirect:
    """Open a session in place of the browser's former one, and go on."""
    value = await sessions.open(coordinator_id=coordinator.id, instead_of=session_value(request), now=now)
    return _with_cookie(request, value, max_age=int(sessions.LIFETIME.total_seconds()), to=to)


async def sign_out(request: AnyRequest) -> Redirect:
    """End the browser's session."""
    if value := session_value(request):
        await sessions.close(value=value)
    return _with_cookie(request, "", max_age=0, to=SIGN_IN)


def _with_cookie(request: AnyRequest, value: str, *, max_age: int, to: str) -> Redirect:
    """With `__Host-` over https, so that no neighbour of the domain can plant one; it asks for Secure even to be deleted."""
    settings = wiring(request).settings
    secure = settings.site.secure
    cookie = Cookie(key=_cookie_name(settings), value=value, max_age=max_age, httponly=True, secure=secure, samesite="lax", path="/")
    return Redirect(to, status_code=303, cookies=[cookie])


def _cookie_name(settings: Settings) -> str:
    return "__Host-kutse_session" if settings.site.secure else "kutse_session"


def _signed_out() -> Forbidden:
    return Forbidden("You were signed out meanwhile. Sign in in another tab, then come back to this one and send the form again.")
