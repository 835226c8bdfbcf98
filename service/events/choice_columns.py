"""Who chose what, in the participants' list: a column for each item that can be chosen, and the same in a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.events import agenda, choices
from service.events.choices import Place
from service.events.items import Item
from service.events.occasion import Occasion
from service.languages.catalogues import marked, translator
from service.languages.choice import pick

_SAID = {Place.SEATED: marked("yes"), Place.WAITING: marked("waitlist")}


@dataclass(frozen=True, slots=True)
class ChoiceColumns:
    """The columns in one language. `chosen`: registration id → item id → what became of it."""

    items: Sequence[Item]
    chosen: Mapping[int, Mapping[int, Place]]
    language: str

    @property
    def headings(self) -> list[str]:
        """The titles of the items."""
        return [pick(item.title, self.language) for item in self.items]

    def of(self, registration_id: int) -> list[str]:
        """One cell for each item: whether they have a place in it, or wait for one."""
        own, words = self.chosen.get(registration_id, {}), translator(self.language)
        return [words.gettext(_SAID[own[item.id]]) if item.id in own else "" for item in self.items]

    def line(self, registration_id: int) -> str:
        """`Clay, Wood (waitlist)`; empty for whoever chose nothing."""
        own, waits = self.chosen.get(registration_id, {}), translator(self.language).gettext(_SAID[Place.WAITING])
        named = [(pick(item.title, self.language), own[item.id]) for item in self.items if item.id in own]
        return ", ".join(name if place is Place.SEATED else f"{name} ({waits})" for name, place in named)


async def of(*, event: Occasion, language: str) -> ChoiceColumns:
    """The columns; none for an event without choices."""
    if not event.has_choices:
        return ChoiceColumns((), {}, language)
    found = [item for item in await agenda.of(event_id=event.id) if item.is_chosen]
    return ChoiceColumns(found, await choices.of_event(event_id=event.id), language)
