"""The link of an invitation: the page of the event, with the form filled in as far as is known. Looking changes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from service.clusters import directory
from service.errors import ServiceError
from service.events import invitees, programme
from service.letters.links import Links
from service.tokens import Keys
from service.web.edge import AnyRequest, Form, go
from service.web.pages import Reader
from service.web.public.asking_view import Values
from service.web.public.events import event_page
from service.web.public.place import Place
from service.web.public.registration_form import Rows


@get("/invited/{token:str}")
async def invited(
    request: AnyRequest, token: FromPath[str], keys: NamedDependency[Keys], links: NamedDependency[Links], now: NamedDependency[datetime]
) -> Response[Any]:
    """The form for whoever was invited; who has registered already sees their registration."""
    cluster_id, invitee = await invitees.by_id(invitee_id=keys.read(token, purpose="invited", now=now))
    if invitee.registration_id is not None:
        return go(urlsplit(links.registration(registration_id=invitee.registration_id)).path)
    cluster = await directory.by_id(cluster_id=cluster_id)
    event = await programme.by_id(cluster_id=cluster_id, event_id=invitee.event_id)
    known: Values = {"name": invitee.name, "address": invitee.address, "language": invitee.language, "invitation": token}
    return await event_page(request, Place(cluster, Reader(invitee.language, event.zone)), event, now, rows=Rows([""], known))


async def is_proven(*, posted: Form, event_id: int, keys: Keys, now: datetime) -> bool:
    """Whether the form was opened by the invitation to its own address for this event."""
    token = posted.text("invitation", limit=500)
    if not token:
        return False
    try:
        _, invitee = await invitees.by_id(invitee_id=keys.read(token, purpose="invited", now=now))
    except ServiceError:  # an old link proves nothing, and the request waits for the coordinator
        return False
    return invitee.event_id == event_id and invitee.address.casefold() == posted.text("address", limit=2000).strip().casefold()


ROUTES: list[ControllerRouterHandler] = [invited]
