"""Change an event, and with it the calendars of everybody who has a seat: foreseen first, then done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.audit import trail
from service.errors import Stale
from service.events import (
    capacity,
    drafting,
    invitations,
    invitees,
    offers,
    overtaking,
    programme,
    registrants,
    reminders,
    settling,
    skeletons,
    waitlist,
)
from service.events import facts as typed
from service.events.capacity import Standing
from service.events.facts import Facts
from service.events.invitations import Hashes, Invitation
from service.events.notices import OFFER, Invited, Notices, pair
from service.events.occasion import Day, Occasion
from service.events.office import Office
from service.events.registrants import Registrant
from service.events.terms import Mode
from service.events.waitlist import Moved
from service.languages.catalogues import translator
from service.letters.facts import EventFacts
from service.persistence.transaction import rehearsal, transaction

_WITHOUT_A_SEAT = (Standing.WAITLISTED, Standing.PENDING, Standing.OFFERED)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a change sends. `updated` and `withdrawn`: invitations; `added`: by entry, who gets an invitation to a new date; `moved`: who moves up.

    `lined_up`: whose request nobody has to decide about any more, and who wait in line now.
    `waiting`: people without a seat who are told of a new time or place, those who move up or line up left out. `from_online`: ids of those who wanted to
    take part online, which is over.
    """

    before: Occasion
    after: Occasion
    seated: Sequence[Registrant] = ()
    updated: Sequence[Invitation] = ()
    withdrawn: Sequence[Invitation] = ()
    added: dict[int, list[Registrant]] = field(default_factory=dict)
    moved: Moved | None = None
    lined_up: Sequence[Registrant] = ()
    waiting: Sequence[Registrant] = ()
    from_online: frozenset[int] = frozenset()

    @property
    def letters(self) -> int:
        """How many letters leave."""
        in_calendars = len(self.updated) + len(self.withdrawn) + sum(map(len, self.added.values()))
        return in_calendars + self._moving + len(self.lined_up) + len(self.waiting)

    @property
    def joined(self) -> int:
        """How many of `withdrawn` are of dates that go on in another entry."""
        return sum(bool(_same(self.after, self.before.entries[one.entry_id])) for one in self.withdrawn)

    @property
    def _moving(self) -> int:
        return self.moved.invitations + len(self.moved.choices) if self.moved else 0


async def foresee(*, office: Office, event_id: int, facts: Facts, version: int, now: datetime) -> Forecast:
    """What `edit` would send; nothing is changed. Raises what `edit` raises.

    It is the edit itself, taken back: what is foreseen is what happens.
    """
    async with rehearsal():
        return await _rewrite(office, event_id, facts, version, now)


async def edit(
    *, office: Office, event_id: int, facts: Facts, version: int, announced: bool, now: datetime, actor_id: int | None = None
) -> Forecast:
    """Write new facts; each registrant whose calendar shows something else now gets one update with a higher SEQUENCE.

    `announced`: the coordinator has seen the forecast. Raises Refused for bad facts and for fewer seats than are taken, Stale when somebody else
    changed the event meanwhile or when letters would leave that nobody was shown.
    """
    async with transaction():
        forecast = await _rewrite(office, event_id, facts, version, now)
        if forecast.letters and not announced:
            raise Stale("Somebody has registered meanwhile. Look at what will be sent, then confirm.")
        await _tell(office, forecast, now)
        await trail.record(
            action="event.edited",
            subject_kind="event",
            subject_id=event_id,
            cluster_id=office.cluster.id,
            actor_id=actor_id,
            now=now,
            details={"letters": forecast.letters},
        )
    return forecast


async def _rewrite(office: Office, event_id: int, facts: Facts, version: int, now: datetime) -> Forecast:
    facts = typed.checked(facts, languages=office.cluster.languages)
    before = await programme.locked(cluster_id=office.cluster.id, event_id=event_id)
    await _refuse_below_taken(before, facts)
    await drafting.rewrite(cluster=office.cluster, event=before, facts=facts, version=version, now=now)
    is_over_online = before.is_hybrid and not facts.terms.is_hybrid
    from_online = await registrants.into_the_room(event_id=event_id) if is_over_online else frozenset[int]()
    after = await programme.by_id(cluster_id=office.cluster.id, event_id=event_id)
    await offers.shorten(event=after, now=now)
    if not after.goes_on:
        return Forecast(before, after)
    return await _forecast(office, before, after, from_online, now)


async def _refuse_below_taken(event: Occasion, facts: Facts) -> None:
    """Whoever has a seat keeps it: fewer seats than are taken, and the end of online seats that are taken, are refused with the names."""
    online = facts.terms.online_capacity if facts.terms.is_hybrid else 0
    for mode, seats, taken, where in (
        (Mode.ROOM, facts.capacity, event.seats_taken, "capacity"),
        (Mode.ONLINE, online, event.online_taken, "online_capacity"),
    ):
        if seats is not None and seats < taken:
            names = await registrants.names_of_seated(event_id=event.id, mode=mode)
            capacity.refuse_below_taken(capacity=seats, taken=taken, names=names, field=where)


async def _forecast(office: Office, before: Occasion, after: Occasion, from_online: frozenset[int], now: datetime) -> Forecast:
    seated = await registrants.standing(event_id=after.id, state=Standing.SEATED)
    invited = await invitations.of_event(event_id=after.id)
    hashes = skeletons.hashes(office=office, event=after, languages=_languages(seated))
    shown_to = {registrant.id: (registrant.language, registrant.mode) for registrant in seated}
    stood, stands = Notices(office, before, now), Notices(office, after, now)

    def concerns(one: Invitation) -> bool:
        """Something in the calendar is ahead, or was before the date moved into the past: what stands there now would stay."""
        return stood.is_ahead(one) or stands.is_ahead(one)

    waiting = await _waiting(before, after, from_online, now)
    released = await settling.release(event=after, now=now)
    moved = await waitlist.move_up(event=after, now=now)
    return Forecast(
        before,
        after,
        seated,
        updated=[
            one
            for one in invited
            if one.entry_id in after.entries and concerns(one) and one.content_hash != hashes[one.entry_id, *shown_to[one.registration_id]]
        ],
        withdrawn=[one for one in invited if one.entry_id not in after.entries and Notices(office, before, now).is_ahead(one)],
        added=_added(after, seated, invited, now),
        moved=moved,
        lined_up=[one for one in await registrants.standing(event_id=after.id, state=Standing.WAITLISTED) if one.id in released],
        waiting=[one for one in waiting if one.id not in {*released, *(other.id for other in moved.people)}],
        from_online=from_online,
    )


async def _waiting(before: Occasion, after: Occasion, from_online: frozenset[int], now: datetime) -> list[Registrant]:
    """Whom a new time or place concerns who has no seat: an event that one would rather not come to any more is worth a word before the seat is free."""
    if before.is_over(now) and after.is_over(now):
        return []
    waiting = [one for state in _WITHOUT_A_SEAT for one in await registrants.standing(event_id=after.id, state=state)]
    was = {mode: _when_and_where(before.seen_by(mode)) for mode in Mode}
    stands = {mode: _when_and_where(after.seen_by(mode)) for mode in Mode}
    return [one for one in waiting if was[_mode_before(one, from_online)] != stands[one.mode]]


def _mode_before(registrant: Registrant, from_online: frozenset[int]) -> Mode:
    return Mode.ONLINE if registrant.id in from_online else registrant.mode


def _when_and_where(event: Occasion) -> object:
    return [(day.starts_at, day.ends_at, day.place) for day in event.days], event.place_line, event.zone


def _added(after: Occasion, seated: Sequence[Registrant], invited: Sequence[Invitation], now: datetime) -> dict[int, list[Registrant]]:
    have = {(one.entry_id, one.registration_id) for one in invited}
    missing = {
        entry_id: [registrant for registrant in seated if (entry_id, registrant.id) not in have]
        for entry_id, days in after.entries.items()
        if days[-1].ends_at > now
    }
    return {entry_id: lacking for entry_id, lacking in missing.items() if lacking}


async def _tell(office: Office, forecast: Forecast, now: datetime) -> None:
    hashes = skeletons.hashes(office=office, event=forecast.after, languages=_languages(forecast.seated))
    taken_back = await _take_back(office, forecast, now)
    await _withdraw(office, forecast, now)
    await _update(office, forecast, hashes, now)
    await _add(office, forecast, hashes, now)
    await _tell_waiting(office, forecast, taken_back, now)
    if forecast.moved:
        await waitlist.tell(office=office, moved=forecast.moved, now=now)
    for one in forecast.lined_up:
        await Notices(office, forecast.after, now).waitlisted(one)


async def _take_back(office: Office, forecast: Forecast, now: datetime) -> frozenset[int]:
    """Reminders, links and offers that still wait for the relay tell how it was: they must not arrive afterwards. Returns whose offers these were.

    What says where somebody stands goes its way: nothing else says it, and calendars keep what has the higher SEQUENCE.
    """
    whose = {one.registration_id for one in (*forecast.updated, *forecast.withdrawn)}
    await reminders.take_back(office=office, registrants=[one for one in forecast.seated if one.id in whose], now=now)
    taken = await overtaking.overtake(office=office, registrants=forecast.waiting, now=now, having=OFFER)
    if forecast.after.goes_on and _when_and_where(forecast.before) != _when_and_where(forecast.after):
        await invitees.tell_anew(office=office, event=forecast.after, now=now)
    return frozenset(registration_id for registration_id, _ in taken)


async def _update(office: Office, forecast: Forecast, hashes: Hashes, now: datetime) -> None:
    by_id = {registrant.id: registrant for registrant in forecast.seated}
    whose = [by_id[one.registration_id] for one in forecast.updated]
    now_say = [hashes[one.entry_id, who.language, who.mode] for one, who in zip(forecast.updated, whose, strict=True)]
    raised = await invitations.update(invitations=forecast.updated, hashes=now_say, now=now)
    for entry_id in dict.fromkeys(one.entry_id for one in raised):
        invited = pair((one for one in raised if one.entry_id == entry_id), forecast.seated)
        await _send_changed(office, forecast, invited, forecast.before.entries[entry_id], now)


async def _add(office: Office, forecast: Forecast, hashes: Hashes, now: datetime) -> None:
    """A new date is an invitation; one that was part of another entry until now has a new time."""
    for entry_id, lacking in forecast.added.items():
        issued = await invitations.issue(office=office, registrants=lacking, hashes=hashes, entry_ids=[entry_id], now=now)
        was = _same(forecast.before, forecast.after.entries[entry_id])
        if was and entry_id not in forecast.before.entries:
            await _send_changed(office, forecast, pair(issued, lacking), was, now)
        else:
            await Notices(office, forecast.after, now).send("registration_confirmed", "REQUEST", pair(issued, lacking))


async def _send_changed(office: Office, forecast: Forecast, invited: Sequence[Invited], was: tuple[Day, ...], now: datetime) -> None:
    """`was`: the days of the entry until now."""
    for mode in Mode:
        alike = [one for one in invited if one[0].mode is mode]
        before = _facts(office, forecast.before, mode, was, (who for who, _ in alike))
        values = {language: {"before": before[language]} for language in before}
        await Notices(office, forecast.after, now).send("event_changed", "REQUEST", alike, values=values)


def _same(event: Occasion, days: Iterable[Day]) -> tuple[Day, ...]:
    """These days as they are in `event`, as far as it has them."""
    ids = {day.id for day in days}
    return tuple(day for day in event.days if day.id in ids)


def _facts(office: Office, event: Occasion, mode: Mode, days: Iterable[Day], to: Iterable[Registrant]) -> dict[str, EventFacts]:
    """What the letters in each language tell of `days` of the event to people who take part in that mode."""
    seen = event.seen_by(mode)
    return {language: skeletons.facts(office=office, event=seen, language=language, days=_same(seen, days)) for language in _languages(to)}


async def _tell_waiting(office: Office, forecast: Forecast, taken_back: frozenset[int], now: datetime) -> None:
    """Whose offer had not left gets it with the new time and place instead."""
    notices = Notices(office, forecast.after, now)
    offered = {one: until for one in forecast.waiting if (until := one.offered_until) and one.id in taken_back}
    for until in dict.fromkeys(offered.values()):
        await notices.offered([one for one in offered if offered[one] == until], until=until)
    for mode in Mode:
        alike = [one for one in forecast.waiting if _mode_before(one, forecast.from_online) is mode and one not in offered]
        before = _facts(office, forecast.before, mode, forecast.before.days, alike)
        values = {language: {"before": before[language]} for language in before}
        await notices.tell("event_changed_waiting", alike, values=values)


async def _withdraw(office: Office, forecast: Forecast, now: datetime) -> None:
    cancelled = await invitations.cancel(invitations=forecast.withdrawn, now=now)
    for entry_id in dict.fromkeys(one.entry_id for one in cancelled):
        invited = pair((one for one in cancelled if one.entry_id == entry_id), forecast.seated)
        goes_on = _same(forecast.after, forecast.before.entries[entry_id])
        if goes_on:
            await _send_joined(office, forecast, invited, goes_on[0].entry_id, now)
            continue
        values = {
            language: {"message": translator(language).gettext("Only this date is called off. Everything else stays as it was.")}
            for language in _languages(forecast.seated)
        }
        await Notices(office, forecast.before, now).send("event_called_off", "CANCEL", invited, values=values)


async def _send_joined(office: Office, forecast: Forecast, invited: Sequence[Invited], into: int, now: datetime) -> None:
    """The days of an entry go on in the entry `into`, which has a letter of its own."""
    was = forecast.before.entries[invited[0][1].entry_id]
    for mode in Mode:
        alike = [one for one in invited if one[0].mode is mode]
        before, after = (
            _facts(office, event, mode, days, [who for who, _ in alike])
            for event, days in ((forecast.before, was), (forecast.after, forecast.after.entries[into]))
        )
        values = {language: {"event": after[language], "before": before[language]} for language in before}
        await Notices(office, forecast.before, now).send("date_joined", "CANCEL", alike, values=values)


def _languages(people: Iterable[Registrant]) -> set[str]:
    """What they read; some may have chosen a language that the cluster has given up since."""
    return {one.language for one in people}
