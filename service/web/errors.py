"""The only table from what went wrong to HTTP: a page in the reader's language that says what to do next."""

from __future__ import annotations

from typing import Any

import asyncpg
import structlog
from litestar import Response
from litestar.datastructures import Cookie
from litestar.exceptions import HTTPException

from service.errors import Forbidden, Gone, NotFound, Problem, Refused, ServiceError, Stale, TooMany, TryLater
from service.languages.catalogues import marked
from service.persistence.engine import LOST_CONNECTION
from service.settings import Settings
from service.web.edge import AnyRequest, wiring
from service.web.pages import page, reader_of

log = structlog.get_logger()

CSRF_COOKIE = "kutse_csrf"

_STATUS: dict[type[ServiceError], int] = {
    Refused: 422,
    NotFound: 404,
    Gone: 410,
    Forbidden: 403,
    Stale: 409,
    TooMany: 429,
    TryLater: 503,
}

_TITLES = {
    400: marked("This could not be understood"),
    403: marked("This is not possible from here"),
    404: marked("There is nothing here"),
    405: marked("This is not possible from here"),
    409: marked("Somebody changed this meanwhile"),
    410: marked("This is over"),
    413: marked("This is too large"),
    415: marked("This could not be understood"),
    422: marked("This is not possible as it is"),
    429: marked("A little too often"),
    500: marked("Something went wrong on our side"),
    503: marked("One moment, please"),
}

_SENTENCES = {
    400: marked("The form did not arrive whole. Go back, reload the page and send it again."),
    403: marked(
        "The form was open for too long, or your browser keeps no cookies from this site. Go back, reload the page and send it again."
    ),
    404: marked("The address may be mistyped, or the page was taken down. Start again from the home page."),
    405: marked("This address cannot be used in this way. Start again from the home page."),
    413: marked("What was sent is larger than this page takes. Shorten the text or choose a smaller file."),
    415: marked("This page takes only what its own form sends."),
    500: marked("Nothing you sent was half done. We have noted it; please try again in a few minutes."),
    503: marked("The service is catching its breath. Nothing is lost; please try again in a few seconds."),
}


def status_of(error: ServiceError) -> int:
    """The HTTP status of a room's error."""
    return next(status for kind in type(error).__mro__ if (status := _STATUS.get(kind)))


def newest(error: ServiceError, version: int) -> dict[str, str]:
    """The version that a form comes back with, over the one that it had: the newest only once the page says that somebody else has changed it."""
    return {"version": str(version)} if isinstance(error, Stale) else {}


def on_service_error(request: AnyRequest, error: ServiceError) -> Response[Any]:
    """A room refused: its own sentence."""
    status = status_of(error)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TryLater) else {}
    return _page(request, status, error.problem, headers)


def on_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """Litestar refused: unknown path, method, size, token, or a parameter that is not what it must be."""
    status = 404 if error.status_code == 400 and request.method == "GET" else error.status_code
    if status >= 500:
        return on_unexpected(request, error)
    response = _page(request, status, _sentence(status), {})
    if status == 403:
        response.set_cookie(_expired(wiring(request).settings))
    return response


def on_lost_database(request: AnyRequest, error: Exception) -> Response[Any]:
    """PostgreSQL is away or going: 503; the pool opens new connections by itself when it is back."""
    log.error("database_away", error=type(error).__name__)
    return _page(request, 503, _sentence(503), {"Retry-After": "5"})


def on_impossible_value(request: AnyRequest, error: asyncpg.DataError) -> Response[Any]:
    """A value no row can hold (a NUL, a number beyond 64 bits) from an address or a form: nothing has it."""
    log.warning("impossible_value", error=type(error).__name__)
    status = 404 if request.method == "GET" else 400
    return _page(request, status, _sentence(status), {})


def on_unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    """A defect of ours: logged with its trace, and nothing of it on the page."""
    if isinstance(error, LOST_CONNECTION) or isinstance(error.__cause__, LOST_CONNECTION):
        return on_lost_database(request, error)
    log.error("unexpected", exc_info=error)
    return _page(request, 500, _sentence(500), {})


def csrf_cookie_name(settings: Settings) -> str:
    """With `__Host-` over https, so that no neighbour of the domain can plant one."""
    return f"__Host-{CSRF_COOKIE}" if settings.site.secure else CSRF_COOKIE


def _expired(settings: Settings) -> Cookie:
    """What takes the token away: the next page brings a new one. A `__Host-` cookie goes only by one of its own shape (RFC 6265bis §4.1.3)."""
    return Cookie(csrf_cookie_name(settings), value="", max_age=0, path="/", secure=settings.site.secure, httponly=True, samesite="lax")


HANDLERS: dict[Any, Any] = {
    ServiceError: on_service_error,
    HTTPException: on_http_error,
    asyncpg.PostgresConnectionError: on_lost_database,
    asyncpg.DataError: on_impossible_value,
    ConnectionError: on_lost_database,
    Exception: on_unexpected,
}


def _sentence(status: int) -> Problem:
    return Problem(_SENTENCES.get(status, _SENTENCES[400]))


def _page(request: AnyRequest, status: int, problem: Problem, headers: dict[str, str]) -> Response[Any]:
    reader = reader_of(request)
    title = _TITLES.get(status, _TITLES[400])
    return page(request, "error.html", reader=reader, status=status, headers=headers, title=title, problem=problem, error_status=status)
