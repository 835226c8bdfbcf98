"""Stylesheets, scripts and icons under names that change with their content, so that browsers keep them for a year."""

from __future__ import annotations

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

FOLDER = Path(__file__).parent / "assets"


@cache
def url(name: str) -> str:
    """`/assets/<hash>/kutse.css`; raises FileNotFoundError for a name that is not there (a defect of ours)."""
    return f"/assets/{hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]}/{name}"


@get("/assets/{version:str}/{name:str}", sync_to_thread=False)
def asset(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """One file of the folder, whatever version is asked for: an old page may still want it."""
    path = FOLDER / name
    if path.parent != FOLDER or not path.is_file():
        raise NotFoundException
    media_type = "text/javascript" if path.suffix == ".js" else mimetypes.guess_type(name)[0] or "application/octet-stream"
    current = url(name).split("/")[2] == version
    kept = "public, max-age=31536000, immutable" if current else "no-cache"
    return Response(path.read_bytes(), media_type=media_type, headers={"Cache-Control": kept})


@get("/favicon.ico", sync_to_thread=False)
def favicon() -> Response[bytes]:
    """The icon, for those who ask without reading the page."""
    return Response((FOLDER / "favicon.svg").read_bytes(), media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=86400"})


@get("/robots.txt", sync_to_thread=False)
def robots() -> Response[str]:
    """Search engines may read the public pages and nothing else."""
    private = ("console", "confirm", "preferences", "unsubscribe", "registration", "mailbox", "sign-in", "welcome")
    return Response("User-agent: *\n" + "".join(f"Disallow: /{one}\n" for one in private), media_type="text/plain")
