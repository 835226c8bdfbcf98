"""Found a cluster with everything it needs on its first day, and set up an installation that has nobody yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from service.clusters import directory
from service.clusters import profile as profiles
from service.clusters.profile import Profile
from service.clusters.tables import Cluster
from service.errors import Gone, Refused, problems_of
from service.identity import access, accounts, one_time, sign_in
from service.identity.one_time import Purpose
from service.identity.tables import Coordinator
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.subscriptions import topics


@dataclass(frozen=True, slots=True)
class Founder:
    """The first coordinator, as they state themselves; they run the installation from then on."""

    address: str
    name: str
    language: str
    password: str = field(repr=False)


async def found_cluster(
    *,
    profile: Profile,
    mail_domain: str,
    now: datetime,
    coordinator_id: int | None = None,
    actor_id: int | None = None,
    is_sample: bool = False,
) -> Cluster:
    """Make a cluster with its usual topics, and let a coordinator work for it, in one transaction. Raises Refused.

    `mail_domain` (settings) is where the topics' List-Ids live for ever.
    """
    async with transaction():
        cluster = await directory.create(profile=profile, now=now, actor_id=actor_id, is_sample=is_sample)
        await topics.create_defaults(cluster=cluster, mail_domain=mail_domain)
        if coordinator_id is not None:
            await access.join(coordinator_id=coordinator_id, cluster_id=cluster.id, now=now, actor_id=actor_id)
    return cluster


async def set_up(*, one_time_id: int, founder: Founder, profile: Profile, mail_domain: str, now: datetime) -> Coordinator:
    """Make the first coordinator and the first cluster by the set-up link; raises Refused with all problems of both, or Gone."""
    problems = [*problems_of(_check_founder, founder), *problems_of(profiles.checked, profile)]
    if problems:
        raise Refused.all(problems)
    async with transaction():
        await _alone()
        await one_time.use(one_time_id=one_time_id, purposes=(Purpose.WELCOME,), now=now)
        if await accounts.any():
            raise Gone("This site has been set up already. Sign in, or ask for a new password on the sign-in page.")
        coordinator = await _operator(founder, now)
        await found_cluster(profile=profile, mail_domain=mail_domain, coordinator_id=coordinator.id, actor_id=coordinator.id, now=now)
        await sign_in.arrived(coordinator_id=coordinator.id, now=now)
    return coordinator


async def _alone() -> None:
    """Two people with two set-up links take turns, so that the second one finds the first."""
    async with connection() as raw:
        await raw.execute("LOCK TABLE coordinator IN SHARE ROW EXCLUSIVE MODE")


def _check_founder(founder: Founder) -> None:
    accounts.checked(address=founder.address, name=founder.name, language=founder.language, password=founder.password)


async def _operator(founder: Founder, now: datetime) -> Coordinator:
    return await accounts.create(
        address=founder.address,
        name=founder.name,
        language=founder.language,
        password=founder.password,
        is_operator=True,
        now=now,
    )
