"""The Litestar application: the only wiring of settings, keys, clock, rooms' connections and controllers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar
from litestar.config.csrf import CSRFConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.types import ASGIApp

from service import logs
from service.errors import UnableToStart
from service.letters.links import Links
from service.persistence import engine, nudge
from service.settings import Settings, load
from service.tokens import Keys
from service.web import edge, unchanged
from service.web.console.access import SignInNeeded, on_sign_in_needed
from service.web.errors import HANDLERS, csrf_cookie_name
from service.web.middleware import CrossSite, surrounded
from service.web.routes import ROUTES

MAX_BODY = 2_000_000
"""Bytes of a posted body; a route that takes files says more."""


def utc_now() -> datetime:
    """The clock of a real process."""
    return datetime.now(UTC)


def create_app() -> ASGIApp:
    """The factory that uvicorn calls: everything from the environment."""
    settings = load()
    logs.configure(settings.logs, role="web")
    return build(settings=settings, clock=utc_now)


def build(*, settings: Settings, clock: Callable[[], datetime], connect: bool = True) -> ASGIApp:
    """The application. `connect` False: the caller has opened the database pool and closes it (tests)."""
    keys = Keys(secrets=settings.secrets)
    wiring = edge.Wiring(settings=settings, keys=keys, links=Links(settings.site.url, keys), clock=clock)
    app = Litestar(
        route_handlers=ROUTES,
        dependencies=_dependencies(),
        exception_handlers={**HANDLERS, SignInNeeded: on_sign_in_needed},
        middleware=[DefineMiddleware(CrossSite, config=_csrf(settings))],
        lifespan=[_connected(settings)] if connect else [],
        state=State({"wiring": wiring}),
        request_max_body_size=MAX_BODY,
        openapi_config=None,
        logging_config=None,
    )
    return surrounded(unchanged.before(app, wiring))


def _dependencies() -> dict[str, Provide]:
    return {
        "now": Provide(edge.provide_now, sync_to_thread=False),
        "links": Provide(edge.provide_links, sync_to_thread=False),
        "keys": Provide(edge.provide_keys, sync_to_thread=False),
        "settings": Provide(edge.provide_settings, sync_to_thread=False),
    }


def _csrf(settings: Settings) -> CSRFConfig:
    return CSRFConfig(
        secret=settings.secrets[0],
        cookie_name=csrf_cookie_name(settings),
        cookie_secure=settings.site.secure,
        cookie_httponly=True,
        cookie_samesite="lax",
    )


def _connected(settings: Settings) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        if settings.database.url is None or settings.redis.url is None:
            raise UnableToStart("DATABASE_URL and REDIS_URL say where PostgreSQL and Valkey are; `kutse up` starts its own.")
        await engine.connect(url=settings.database.url, pool_size=settings.database.pool_size)
        nudge.connect(url=settings.redis.url)
        try:
            yield
        finally:
            await nudge.close()
            await engine.close()

    return lifespan
