"""Publish an event, close its registration, open it again, call it off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from service.audit import trail
from service.clusters.tables import Cluster
from service.errors import Refused
from service.events import invitations, invitees, lifecycle, overtaking, programme, registrants
from service.events.capacity import Standing
from service.events.lifecycle import Act
from service.events.notices import Notices, pair
from service.events.occasion import Occasion, State, Texts
from service.events.office import Office
from service.languages import choice
from service.persistence.engine import connection
from service.persistence.transaction import transaction

_LONGEST_WORDS = 2000


async def decide(*, cluster: Cluster, event_id: int, act: Act, now: datetime, actor_id: int | None = None) -> None:
    """Publish, close or reopen; raises Refused when it makes no sense now. Calling off has its own words: `call_off`."""
    async with transaction():
        event = await programme.locked(cluster_id=cluster.id, event_id=event_id)
        if event.is_over(now):
            raise Refused("The last day of this event is past. Change its date first.")
        await _set_state(event, lifecycle.after(event.state, act), actor_id, now)


async def publish_all(*, cluster: Cluster, event_ids: Iterable[int], now: datetime, actor_id: int | None = None) -> None:
    """Publish these drafts, or none of them; raises what `decide` raises."""
    async with transaction():
        for event_id in sorted(event_ids):
            await decide(cluster=cluster, event_id=event_id, act=Act.PUBLISH, now=now, actor_id=actor_id)


async def call_off(*, office: Office, event_id: int, words: Mapping[str, str], now: datetime, actor_id: int | None = None) -> int:
    """Tell everybody who is registered that it does not take place, and take it out of the calendars of those with a seat; returns how many are told.

    `words`: language → Markdown from the coordinator, may be empty. Registrations stay as they are, for the record.
    """
    async with transaction():
        event = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
        if event.is_over(now):
            raise Refused("This event is over, so it cannot be called off.")
        said = _said(words, office.cluster)
        await _set_state(event, lifecycle.after(event.state, Act.CALL_OFF), actor_id, now)
        async with connection() as raw:
            await raw.execute("UPDATE event SET called_off_words = $2 WHERE id = $1", event.id, msgspec.json.encode(said).decode())
        return await _tell_everybody(office, event, said, now)


async def _tell_everybody(office: Office, event: Occasion, words: Texts, now: datetime) -> int:
    seated = await registrants.standing(event_id=event.id, state=Standing.SEATED)
    hoping = [one for state in _HOPING for one in await registrants.standing(event_id=event.id, state=state)]
    await overtaking.overtake(office=office, registrants=[*seated, *hoping], now=now)
    await invitees.take_back(event_id=event.id, now=now)
    notices = Notices(office, event, now)
    ahead = [one for one in await invitations.of_event(event_id=event.id) if notices.is_ahead(one)]
    raised = await invitations.cancel(invitations=ahead, now=now)
    languages = {one.language for one in (*seated, *hoping)}
    values = {language: {"message": choice.pick(words, language, office.cluster.languages)} for language in languages}
    await notices.send("event_called_off", "CANCEL", pair(raised, seated), values=values)
    await notices.tell("event_called_off", hoping, values=values)
    return len(seated) + len(hoping)


_HOPING = (Standing.OFFERED, Standing.WAITLISTED, Standing.PENDING)


async def _set_state(event: Occasion, state: State, actor_id: int | None, now: datetime) -> None:
    async with connection() as raw:
        await raw.execute(
            "UPDATE event SET state = $2, published_at = coalesce(published_at, $3), version = version + 1, changed_at = $3 WHERE id = $1",
            event.id,
            state.value,
            now,
        )
    await trail.record(
        action=f"event.{state.value}", subject_kind="event", subject_id=event.id, cluster_id=event.cluster_id, actor_id=actor_id, now=now
    )


def _said(words: Mapping[str, str], cluster: Cluster) -> Texts:
    said = {language: words[language].strip() for language in cluster.languages if words.get(language, "").strip()}
    if any(len(text) > _LONGEST_WORDS for text in said.values()):
        raise Refused("Write at most {longest} characters.", field="words", longest=_LONGEST_WORDS)
    return said
