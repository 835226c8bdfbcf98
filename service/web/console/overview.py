"""Where a coordinator arrives: the choice of a cluster, and a cluster's overview: what comes next and what needs somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from service.clusters import samples
from service.delivery import allowance, pacing, relays, setbacks, signing_keys
from service.errors import NotFound
from service.events import programme
from service.events.occasion import KIND_NAMES
from service.languages.catalogues import marked
from service.mailings import records
from service.mailings.lifecycle import State
from service.opportunities import calls
from service.returns import about_us
from service.settings import Settings
from service.subscriptions import topics
from service.tokens import Keys
from service.web.console import access
from service.web.console.access import AT_DESK, SIGNED_IN, Desk, Visit
from service.web.edge import AnyRequest, go

_NEXT = 3  # of each kind: an overview, not the list
_SAID = {
    "founded": marked("The cluster is ready, and its public page is up."),
    "removed": marked("The sample data is gone."),
}


@get("/console", dependencies=SIGNED_IN)
async def clusters(
    request: AnyRequest, visit: NamedDependency[Visit], settings: NamedDependency[Settings], now: NamedDependency[datetime]
) -> Response[Any]:
    """The choice of a cluster, and for operators what holds the mail of all of them up; whoever has only one goes straight there."""
    if len(visit.clusters) == 1 and not visit.coordinator.is_operator:
        return go(f"{access.HOME}/{visit.clusters[0].slug}")
    is_operator = visit.coordinator.is_operator
    return visit.page(
        request,
        "console/overview_clusters.html",
        flash=access.said(request, _SAID),
        held=await relays.troubles(among=settings.effective_relays) if is_operator else [],
        refused=await about_us.lately(now=now) if is_operator else None,
    )


@get("/console/{cluster:str}", dependencies=AT_DESK)
async def overview(
    request: AnyRequest,
    desk: NamedDependency[Desk],
    settings: NamedDependency[Settings],
    keys: NamedDependency[Keys],
    now: NamedDependency[datetime],
) -> Response[str]:
    """What comes next, and what waits for somebody."""
    cluster_id = desk.cluster.id
    counted = await topics.counts(cluster_id=cluster_id)
    return desk.page(
        request,
        "console/overview.html",
        flash=access.said(request, _SAID),
        held=await relays.troubles(among=settings.effective_relays),
        refused=await about_us.lately(now=now, cluster_id=cluster_id),
        mute={desk.cluster.sender_address.rpartition("@")[2].lower()} & (await signing_keys.signers(keys=keys)).mute,
        slowed=[(flow, allowance.slow_rate(flow, now), allowance.free_at(flow)) for flow in await pacing.slowed(now=now)],
        held_alone=[
            (mailing, hold)
            for mailing in await records.shelf(cluster_id=cluster_id, states=(State.SENDING,))
            for hold in await setbacks.holds(dispatch_id=mailing.dispatch_id)
        ],
        paused=await records.shelf(cluster_id=cluster_id, states=(State.PAUSED,)),
        scheduled=await records.shelf(cluster_id=cluster_id, states=(State.SCHEDULED, State.SENDING), limit=_NEXT),
        drafts=await records.shelf(cluster_id=cluster_id, states=(State.DRAFT,), limit=_NEXT),
        events=await programme.upcoming(cluster_id=cluster_id, now=now, limit=_NEXT),
        calls=await calls.open(cluster_id=cluster_id, now=now, limit=_NEXT),
        topics=[(topic, counted[topic.id].active) for topic in await topics.of(cluster_id=cluster_id)],
        kind_names=KIND_NAMES,
        home=desk.path,
    )


@post("/console/{cluster:str}/sample/remove", dependencies=AT_DESK)
async def remove_samples(desk: NamedDependency[Desk], now: NamedDependency[datetime]) -> Response[Any]:
    """Take all sample clusters away; the button stands on them only."""
    if not desk.cluster.is_sample:
        raise NotFound("This cluster is not sample data.")
    await samples.remove(now=now, actor_id=desk.coordinator.id)
    return go(f"{access.HOME}?done=removed")


ROUTES = [clusters, overview, remove_samples]
