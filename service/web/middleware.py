"""What surrounds every request: an id, a log line, security headers, HEAD answered as GET without the body."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

import structlog
from litestar.enums import HttpMethod, ScopeType
from litestar.middleware.csrf import CSRFMiddleware

from service import logs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from litestar.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
}
_ENCODED = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]


def surrounded(app: ASGIApp) -> ASGIApp:
    """The outermost ASGI layer: outside of routing, so that it holds for unknown paths too."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        begun, status, bodiless = time.perf_counter(), 0, scope["method"] == "HEAD"
        logs.bind(request=secrets.token_hex(6))
        # A scope of its own: the server keeps reading its method, and would miss the body that it promises after a GET.
        inner: Scope = {**scope, "method": HttpMethod.GET} if bodiless else scope

        async def reply(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _complete(message["headers"])
            elif bodiless and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await app(inner, receive, reply)
        finally:
            # Health is asked several times a second, and feeds by thousands of calendars: nothing new is worth a line only to those who look for it.
            say = log.debug if scope["path"].startswith("/health/") or status == 304 else log.info
            say("request", method=scope["method"], path=scope["path"], status=status, ms=round((time.perf_counter() - begun) * 1000, 1))

    return handle


def _complete(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """With ours, and without cookies where a cache may keep the answer for everybody."""
    said = {name.lower(): value for name, value in headers}
    is_public = said.get(b"cache-control", b"").startswith(b"public")
    kept = [one for one in headers if not (is_public and one[0].lower() == b"set-cookie")]
    return [*kept, *(one for one in _ENCODED if one[0] not in said)]


class CrossSite(CSRFMiddleware):
    """Litestar's double-submit check, deaf to tokens that are no text or not ASCII (they would be a 500)."""

    def _decode_csrf_token(self, token: Any) -> str | None:
        if not isinstance(token, str) or not token.isascii():
            return None
        return super()._decode_csrf_token(token)
