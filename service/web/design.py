"""`/design`: the living page that shows every component."""

from __future__ import annotations

from litestar import Response, get

from service.web.edge import AnyRequest
from service.web.pages import page, reader_of


@get("/design", sync_to_thread=False)
def design(request: AnyRequest) -> Response[str]:
    """All components of the design system, in the reader's language."""
    return page(request, "design.html", reader=reader_of(request), problems=())
