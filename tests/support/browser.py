"""A browser without eyes: an httpx client that keeps cookies and fills in forms as a person would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import html5lib
import httpx

Fields = Mapping[str, str | Sequence[str]]

_NAMESPACE = "{http://www.w3.org/1999/xhtml}"


class Browser:
    """One visitor. `page` is the last response."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page: httpx.Response

    async def open(self, path: str, *, language: str = "en", follow: bool = True) -> httpx.Response:
        """GET a page."""
        self.page = await self.client.get(path, headers={"Accept-Language": language}, follow_redirects=follow)
        return self.page

    async def submit(self, path: str | None = None, fields: Fields | None = None, *, follow: bool = True, **more: Any) -> httpx.Response:
        """POST a form as the last page would: with its hidden CSRF field. `path` None: the page's own address."""
        data = {"_csrf_token": self.token(), **(fields or {})}
        target = path or str(self.page.url)
        self.page = await self.client.post(target, data=data, follow_redirects=follow, headers={"Accept-Language": "en"}, **more)
        return self.page

    def token(self) -> str:
        """The CSRF token of the last page; empty where it had no form."""
        for element in parsed(self.page.text).iter(f"{_NAMESPACE}input"):
            if element.get("name") == "_csrf_token":
                return element.get("value") or ""
        return ""

    def text(self) -> str:
        """What a person reads on the last page, white space folded."""
        main = parsed(self.page.text)
        return " ".join(" ".join(main.itertext()).split())


def parsed(html: str) -> Any:
    """The document as html5lib, an independent parser, understands it."""
    return html5lib.parse(html)
