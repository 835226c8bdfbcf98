"""Notices: what each decision about a registration tells its person, by one letter for each calendar entry, through the road out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.delivery import control, outbox
from service.events import access, admission, choice_columns, invitations, overtaking, printing, registrants, skeletons, words_of
from service.events.admission import Reason, Verdict
from service.events.capacity import Standing
from service.events.invitations import Invitation
from service.events.occasion import Day, Occasion
from service.events.office import Office
from service.events.printing import Calendar, Method, Values
from service.events.registrants import Registrant
from service.events.terms import Mode
from service.languages.catalogues import translator
from service.letters.letter import Letter

Invited = tuple[Registrant, Invitation]

OFFER = "offered_until"
"""The slot by which the letter with an offer is found again."""

_PROVABLE = (Reason.ACCESS, Reason.MEMBERS)
_ABOUT_WAITING = frozenset({"registration_waitlisted", "request_received", "request_declined", "offer_over", "event_changed_waiting"})


@dataclass(frozen=True, slots=True)
class Notices:
    """Writes the letters of one event inside the transaction that gives the reason for them."""

    office: Office
    event: Occasion
    now: datetime

    async def ready(self, language: str, mode: Mode, *, is_brought: bool = False) -> None:
        """Render beforehand what somebody who registers now may get, once: it takes a hundred times what the rest does, and others wait for the lock.

        The letter to whoever is registered already too: a page that took longer for those would tell a stranger.
        """
        mode = mode if mode in self.event.modes else Mode.ROOM
        possible = admission.possible(terms=self.event, is_limited=self.event.left_in(mode) is not None, now=self.now)
        key = (self.event.id, self.event.version, self.office.cluster.version, language, mode, is_brought, possible)
        await printing.READY.get(key, lambda: self._print(language, mode, is_brought, possible))

    async def _print(self, language: str, mode: Mode, is_brought: bool, possible: Iterable[Verdict]) -> None:
        brought: Values = {"is_brought": is_brought}
        standings = {Standing.SEATED, *(verdict.standing for verdict in possible)}
        for standing in {*standings, Standing.DECLINED} if Standing.PENDING in standings else standings:
            await self._letter("registration_exists", language, mode, self.event.days, {**_stands(standing), **brought})
        for verdict in possible:
            if verdict.standing is Standing.SEATED:
                for entry_id, days in self.event.entries.items():
                    await self._letter("registration_confirmed", language, mode, days, brought, calendar=("REQUEST", entry_id))
                continue
            template = "request_received" if verdict.standing is Standing.PENDING else "registration_waitlisted"
            waits: Values = {"waits_for": verdict.waits_for.value} if verdict.standing is Standing.WAITLISTED else {}
            for can_prove in (False, True) if verdict.waits_for in _PROVABLE else (False,):
                await self._letter(template, language, mode, self.event.days, {**waits, "can_prove": can_prove, **brought})

    async def confirmed(self, registrants: Sequence[Registrant]) -> None:
        """A seat: the invitation."""
        await self._invite("registration_confirmed", registrants)

    async def promoted(self, registrants: Sequence[Registrant]) -> None:
        """A seat after waiting: the invitation."""
        await self._invite("registration_promoted", registrants)

    async def waitlisted(self, registrant: Registrant) -> None:
        """A place in line and what it waits for, and what a coordinator has said with their yes; nothing for the calendar yet."""
        place = await registrants.place_in_line(event_id=self.event.id, registration_id=registrant.id)
        values: Values = {"waits_for": registrant.waits_for.value, "can_prove": await self._can_prove(registrant)}
        if registrant.decided_at is not None and registrant.registered_by is None:
            values = {**values, "is_accepted": True, "message": registrant.decision_words}
        await self.tell("registration_waitlisted", [registrant], slots={"waitlist_place": str(place)}, values={registrant.language: values})

    async def pending(self, registrant: Registrant) -> None:
        """The request has come; a coordinator decides, or the link proves that this is a member's or an invited person's address."""
        values = {"can_prove": await self._can_prove(registrant)}
        await self.tell("request_received", [registrant], values={registrant.language: values})

    async def offered(self, registrants: Sequence[Registrant], *, until: datetime) -> None:
        """A seat is held until a moment: confirm it or give it up."""
        values = {language: {"until": until} for language in _languages(registrants)}
        await self.tell("seat_offered", registrants, slots={OFFER: until.isoformat()}, values=values, expires_at=until)

    async def offer_over(self, registrants: Sequence[Registrant]) -> None:
        """The time to confirm is over, the seat went to the next."""
        await self.tell("offer_over", registrants)

    async def approved(self, registrants: Sequence[Registrant], *, words: str) -> None:
        """The coordinator has said yes, and there is a seat: the invitation."""
        await self._invite("request_approved", registrants, values=self._message(registrants, words))

    async def declined(self, registrants: Sequence[Registrant], *, words: str) -> None:
        """The coordinator has said no."""
        await self.tell("request_declined", registrants, values=self._message(registrants, words))

    async def registered_already(self, registrant: Registrant) -> None:
        """The link to the registration that there is already, and how it stands when that is not with a seat."""
        await self.tell("registration_exists", [registrant], values={registrant.language: _stands(registrant.state)})

    async def cancelled(self, registrant: Registrant) -> None:
        """The place is given back: CANCEL for every entry that is still ahead, or a plain letter when none stands in the calendar."""
        await self._withdraw("registration_cancelled", registrant)

    async def handed_on(self, registrant: Registrant) -> None:
        """The place went to the colleague whom this registrant named: CANCEL, or a plain letter."""
        await self._withdraw("registration_handed_on", registrant)

    async def _withdraw(self, template: str, registrant: Registrant) -> None:
        await overtaking.overtake(office=self.office, registrants=[registrant], now=self.now)
        ahead = [one for one in await invitations.of_registration(registration_id=registrant.id) if self.is_ahead(one)]
        if ahead:
            raised = await invitations.cancel(invitations=ahead, now=self.now)
            await self.send(template, "CANCEL", pair(raised, [registrant]))
        else:
            await self.tell(template, [registrant])

    async def mode_changed(self, registrant: Registrant, invited: Sequence[Invitation]) -> None:
        """In the room instead of online, or the other way round: the entry follows."""
        words = translator(registrant.language)
        mode = words.gettext("Online") if registrant.mode is Mode.ONLINE else words.gettext("In the room")
        await self.send("mode_changed", "REQUEST", pair(invited, [registrant]), values={registrant.language: {"mode": mode}})

    async def tell(
        self,
        template: str,
        registrants: Sequence[Registrant],
        *,
        slots: Mapping[str, str] | None = None,
        values: Mapping[str, Values] | None = None,
        days: tuple[Day, ...] | None = None,
        expires_at: datetime | None = None,
        priority: int | None = None,
    ) -> None:
        """A letter without a calendar object to each of `registrants`. `values`: what the template needs besides, by language.

        `days`: those it is about, by default all. `expires_at`: when it is too late for this letter, by default the end of the event, or its beginning
        where there is no seat to come to.
        """
        if template in _ABOUT_WAITING and self.event.starts_at > self.now:
            expires_at = expires_at or self.event.starts_at
        for mode, is_brought in sorted({_told_as(registrant) for registrant in registrants}):
            alike = [registrant for registrant in registrants if _told_as(registrant) == (mode, is_brought)]
            letters = [
                await self._letter(
                    template, language, mode, days or self.event.days, {**(values or {}).get(language, {}), "is_brought": is_brought}
                )
                for language in _languages(alike)
            ]
            await self._post(letters, [(registrant, slots or {}) for registrant in alike], expires_at, priority)

    async def send(self, template: str, method: Method, invited: Sequence[Invited], *, values: Mapping[str, Values] | None = None) -> None:
        """A letter with its calendar object to each of `invited`: a letter for each entry. `values`: what the template needs besides, by language.

        A CANCEL takes back the invitations that still wait: a client forgets a CANCEL for an entry that it does not have, and would show a late REQUEST.
        """
        if method == "CANCEL":
            person_ids = [registrant.person_id for registrant, _ in invited]
            await control.overtake(person_ids=person_ids, slot="uid", values=[one.uid for _, one in invited], now=self.now)
        for entry_id, told_as in dict.fromkeys((one.entry_id, _told_as(registrant)) for registrant, one in invited):
            alike = [(registrant, one) for registrant, one in invited if one.entry_id == entry_id and _told_as(registrant) == told_as]
            mode, is_brought = told_as
            letters = [
                await self._letter(
                    template,
                    language,
                    mode,
                    self.event.entries[entry_id],
                    {**(values or {}).get(language, {}), "is_brought": is_brought and method == "REQUEST"},
                    calendar=(method, entry_id),
                )
                for language in _languages(registrant for registrant, _ in alike)
            ]
            await self._post(letters, [(registrant, slots_of(registrant, one, self.now)) for registrant, one in alike])

    async def _can_prove(self, registrant: Registrant) -> bool:
        waits = registrant.waits_for in _PROVABLE and not registrant.is_vouched
        return waits and await access.can_vouch(event=self.event, address=registrant.address, now=self.now)

    async def _invite(self, template: str, registrants: Sequence[Registrant], *, values: Mapping[str, Values] | None = None) -> None:
        issued = await invitations.issue(
            office=self.office,
            registrants=registrants,
            hashes=skeletons.hashes(office=self.office, event=self.event, languages=_languages(registrants)),
            entry_ids=[id for id, days in self.event.entries.items() if days[-1].ends_at > self.now],  # a date that is past is noise
            now=self.now,
        )
        await self.send(template, "REQUEST", pair(issued, registrants), values=values)

    def _message(self, registrants: Sequence[Registrant], words: str) -> dict[str, Values]:
        return {language: {"message": words} for language in _languages(registrants)}

    async def _letter(
        self,
        template: str,
        language: str,
        mode: Mode,
        days: tuple[Day, ...],
        values: Values,
        *,
        calendar: tuple[Method, int] | None = None,
    ) -> Letter:
        event = self.event.seen_by(mode)
        return await printing.letter(
            template=template,
            language=language,
            brand=await skeletons.letterhead(office=self.office, event=self.event, language=language),
            zone=self.event.zone,
            values={
                "event": skeletons.facts(office=self.office, event=event, language=language, days=days),
                "has_choices": self.event.has_choices,
                **values,
            },
            calendar=self._calendar(event, language, *calendar) if calendar else None,
            written=(await words_of.written(event_id=event.id, kind=template)).get(language) if event.has_own_words else None,
            fields=skeletons.fields(office=self.office, event=event, language=language, days=days, values=values),
        )

    def _calendar(self, event: Occasion, language: str, method: Method, entry_id: int) -> Calendar:
        return Calendar(method, skeletons.meeting(office=self.office, event=event, language=language, entry_id=entry_id))

    def _copy(self, registrant: Registrant, slots: Mapping[str, str]) -> outbox.Copy:
        return outbox.Copy(
            address=registrant.address,
            language=registrant.language,
            person_id=registrant.person_id,
            name=registrant.name,
            slots={"registration_url": self.office.links.registration(registration_id=registrant.id), **self._brought(registrant), **slots},
        )

    def _brought(self, registrant: Registrant) -> dict[str, str]:
        """Who brought this registrant, and to whom they handed their place on."""
        found = {"handed_to_name": registrant.handed_to_name} if registrant.handed_to_name else {}
        if not registrant.brought_by_name:
            return found
        return found | {
            "brought_by_name": registrant.brought_by_name,
            "not_me_url": self.office.links.not_me(registration_id=registrant.id),
        }

    async def _post(
        self,
        letters: Sequence[Letter],
        to: Sequence[tuple[Registrant, Mapping[str, str]]],
        expires_at: datetime | None = None,
        priority: int | None = None,
    ) -> None:
        about = f"registration:{to[0][0].id}" if len(to) == 1 else f"event:{self.event.id}"
        chosen = await self._chosen([registrant for registrant, _ in to])
        for batch in without_doubles([self._copy(registrant, {**chosen.get(registrant.id, {}), **slots}) for registrant, slots in to]):
            languages = {copy.language for copy in batch}
            await outbox.post(
                cluster=self.office.cluster,
                kind=outbox.Kind.SERVICE,
                letters=[letter for letter in letters if letter.language in languages],
                copies=batch,
                about=about,
                expires_at=expires_at or (self.event.ends_at if self.event.ends_at > self.now else None),
                priority=priority,
                now=self.now,
            )

    async def _chosen(self, registrants: Sequence[Registrant]) -> dict[int, dict[str, str]]:
        """The slot that says what each of them chose from the agenda; none where there is nothing to choose."""
        if not self.event.has_choices:
            return {}
        columns = {language: await choice_columns.of(event=self.event, language=language) for language in _languages(registrants)}
        nothing = {language: translator(language).gettext("You have not chosen anything yet.") for language in columns}
        return {one.id: {"chosen": columns[one.language].line(one.id) or nothing[one.language]} for one in registrants}

    def is_ahead(self, one: Invitation) -> bool:
        """Whether there is still something in a calendar to change."""
        days = self.event.entries.get(one.entry_id)
        return days is not None and days[-1].ends_at > self.now


def pair(invited: Iterable[Invitation], registrants: Iterable[Registrant]) -> list[Invited]:
    """Each invitation with the registrant it belongs to."""
    by_id = {registrant.id: registrant for registrant in registrants}
    return [(by_id[one.registration_id], one) for one in invited]


def without_doubles(copies: Sequence[outbox.Copy]) -> list[list[outbox.Copy]]:
    """Batches in which each address and each person stands once ★: people who share an address get a letter each, and a dispatch has one copy for each."""
    batches: list[tuple[set[object], list[outbox.Copy]]] = []
    for copy in copies:
        whose: set[object] = {copy.address.casefold(), copy.person_id}
        taken, batch = next((one for one in batches if not one[0] & whose), (None, None))
        if taken is None or batch is None:
            batches.append((whose, [copy]))
        else:
            taken |= whose
            batch.append(copy)
    return [batch for _, batch in batches]


def _told_as(registrant: Registrant) -> tuple[Mode, bool]:
    """What makes a letter another one: how they take part, and whether somebody else brought them, who is then named."""
    return registrant.mode, registrant.brought_by_name != ""


def _languages(registrants: Iterable[Registrant]) -> list[str]:
    return sorted({registrant.language for registrant in registrants})


def slots_of(registrant: Registrant, one: Invitation, now: datetime) -> dict[str, str]:
    """What is this registrant's own in a calendar object."""
    return {
        "uid": one.uid,
        "sequence": str(one.sequence),
        "organizer_address": one.organizer,
        "attendee_address": registrant.address,
        "sent_at": printing.stamp(now),
    }


def _stands(standing: Standing) -> Values:
    return {} if standing.holds_a_seat else {"stands": standing.value}
