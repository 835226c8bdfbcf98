"""What the intake is put together from, and which addresses it answers to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from service.clusters import directory
from service.clusters.tables import Cluster
from service.delivery.return_path import ReturnPath
from service.letters.links import Links
from service.returns import doors
from service.returns.doors import Door, Entrance
from service.settings import Settings
from service.tokens import Keys


@dataclass(frozen=True, slots=True)
class Reception:
    """`mail_domain`: the domain of our own addresses; `authserv_id`: whose Authentication-Results are believed (RFC 8601), empty for nobody's."""

    returns: ReturnPath
    links: Links
    mail_domain: str
    state: Path
    authserv_id: str = ""


def of(settings: Settings) -> Reception:
    """The reception of this installation."""
    keys = Keys(settings.secrets)
    return Reception(
        returns=ReturnPath(keys, settings.mail_domain),
        links=Links(settings.site.url, keys),
        mail_domain=settings.mail_domain,
        state=settings.state,
        authserv_id=settings.returns.authserv_id or "",
    )


async def entrance(address: str, *, reception: Reception) -> Entrance | None:
    """The door that this address is; None when nobody here reads it. A signed name that is not one of ours is nobody's."""
    found = doors.of(address, domain=reception.mail_domain)
    if found is None:
        return Entrance(Door.SENDER, "") if await cluster_of_sender(address) else None
    if found.door in (Door.BOUNCE, Door.LEAVE) and reception.returns.read(found.token) is None:
        return None
    return found


async def cluster_of_sender(address: str) -> Cluster | None:
    """The cluster whose letters are from this address."""
    wanted = address.strip("<> ").lower()
    return next((one for one in await directory.all() if one.sender_address.lower() == wanted), None)
