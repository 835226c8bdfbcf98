"""A word about an address that was just typed: earlier mail to it came back. It says nothing about who is subscribed or registered."""

from __future__ import annotations

from service.delivery import suppressions
from service.errors import Refused
from service.people import addresses
from service.web.edge import AnyRequest
from service.web.public.place import Place

_QUERY = "came-back"


async def query(*, place: Place, address: str) -> str:
    """What the next page's address ends with, when there is a word to say."""
    try:
        typed = addresses.normalise(address)
    except Refused:
        return ""
    return f"?{_QUERY}" if await suppressions.came_back(cluster_id=place.cluster.id, address=typed) else ""


def said(request: AnyRequest) -> bool:
    """Whether the page has that word to say."""
    return _QUERY in request.query_params
