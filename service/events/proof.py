"""Proof: a letter of an event as its readers will get it, in the standard words, in saved ones or in what is being typed; and a test by mail."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.delivery import outbox
from service.events import printing, skeletons, words_of
from service.events.letters import Kind
from service.events.occasion import Occasion
from service.events.office import Office
from service.languages.catalogues import translator
from service.languages.dates import Dates
from service.letters import greeting, merge, render, slots
from service.letters.facts import EventFacts
from service.letters.letter import Letter
from service.letters.words import Written
from service.persistence import throttle
from service.persistence.transaction import transaction

_TESTS_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Proof:
    """One kind of letter of one event in one language. `materials`: the names of the event's files."""

    office: Office
    event: Occasion
    kind: Kind
    language: str
    materials: tuple[str, ...] = ()

    async def standard(self) -> Written:
        """The standard subject and words, fields in braces: what an editor begins with. The event's own words stand as fields."""
        values = self._values(replace(self._facts(), title=slots.slot("event"))) | {name: slots.slot(name) for name in self._item()}
        brand = await skeletons.letterhead(office=self.office, event=self.event, language=self.language)
        said = render.standard(template=self.kind.template, language=self.language, brand=brand, values=values, zone=self.event.zone)
        return Written(merge.to_fields(said.subject), merge.to_fields(said.words).strip())

    async def saved(self) -> Letter:
        """The letter as it goes out now."""
        return await self._letter((await words_of.written(event_id=self.event.id, kind=self.kind.template)).get(self.language))

    async def typed(self, *, subject: str, words: str) -> Letter:
        """The letter as it would be with these words; nothing is written."""
        return await self._letter(Written(*(merge.to_slots(text, known=self.kind.fields) for text in (subject, words))))

    async def _letter(self, written: Written | None) -> Letter:
        values = self._values(self._facts())
        return await printing.letter(
            template=self.kind.template,
            language=self.language,
            brand=await skeletons.letterhead(office=self.office, event=self.event, language=self.language),
            zone=self.event.zone,
            values=values,
            calendar=None,
            written=written,
            fields=skeletons.fields(office=self.office, event=self.event, language=self.language, days=self.event.days, values=values),
        )

    def _facts(self) -> EventFacts:
        return skeletons.facts(office=self.office, event=self.event, language=self.language, days=self.event.days)

    def _values(self, facts: EventFacts) -> dict[str, Hashable]:
        """Something for each name that a letter of an event may use."""
        words = translator(self.language)
        return {
            "event": facts,
            "before": facts,
            "has_calendar": self.kind.invites,
            "message": "",
            "waits_for": "seat",
            "can_prove": False,
            "materials": self.materials,
            "until": self.event.starts_at - timedelta(days=1),
            "mode": words.gettext("Online") if facts.online_url else words.gettext("In the room"),
            **self._item(),
        }

    def _item(self) -> dict[str, str]:
        """A part of the programme, for the letters about one."""
        (begins, _), dates = self._facts().spans[0], Dates(self.language, self.event.zone)
        hours = [dates.span(begins + timedelta(hours=late), begins + timedelta(hours=late + 1)) for late in (1, 0)]
        return {"item": translator(self.language).gettext("Workshop"), "item_time": hours[0], "item_before": hours[1]}

    def _slots(self, letter: Letter) -> dict[str, str]:
        page = self.office.links.event(cluster=self.office.cluster.slug, language=self.language, slug=self.event.slug)
        return {name: page if name.endswith("_url") else _EXAMPLES.get(name, "–") for name in letter.slots - outbox.OWN_SLOTS}

    def as_read_by(self, letter: Letter, *, name: str) -> Letter:
        """The letter as somebody called `name` gets it, for a page; its links lead to the event's page."""
        values = self._slots(letter) | {"name": name, "greeting": greeting.of(name=name, language=self.language)}
        return replace(
            letter,
            subject=slots.fill_known(letter.subject, values, "header"),
            preheader=slots.fill_known(letter.preheader, values, "header"),
            text=slots.fill_known(letter.text, values, "text"),
            html=slots.fill_known(letter.html, values, "html"),
        )

    async def send(self, *, address: str, name: str, actor_id: int, now: datetime) -> None:
        """The letter as it goes out now to one address, its subject marked as a test. Raises TooMany."""
        letter = await self.saved()
        letter = replace(letter, subject=translator(self.language).gettext("[Test] {subject}", subject=letter.subject))
        await throttle.count(what="event-letter-test", who=f"{self.office.cluster.id}:{actor_id}", limit=_TESTS_AN_HOUR, now=now)
        async with transaction():
            await outbox.post(
                cluster=self.office.cluster,
                kind=outbox.Kind.SERVICE,
                letters=[letter],
                copies=[outbox.Copy(address, self.language, name=name, slots=self._slots(letter))],
                about=f"event-test:{self.event.id}",
                now=now,
            )


_EXAMPLES: Mapping[str, str] = {"waitlist_place": "3", "handed_to_name": "Kadri Kask"}
