"""A party: everybody on one form, whoever fills it in first. Each is checked by themselves, and what is wrong is said at their own fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.delivery import suppressions
from service.errors import Problem, Refused, problems_of
from service.events import answered, asking, choosing, needs, programme, questions
from service.events import form as forms
from service.events.asking import Given, Question
from service.events.form import Form
from service.events.needs import NONE, Needs
from service.events.occasion import Occasion
from service.events.office import Office
from service.people import directory, organisations
from service.people.tables import Organisation

MOST = 20
"""On one form."""

_SAID_ONCE = ("language", "organisation")


@dataclass(frozen=True, slots=True)
class Guest:
    """One person on a form, checked. `organisation`: the one of the directory that is meant, if there is one."""

    form: Form
    answers: tuple[Given, ...] = ()
    needs: Needs = NONE
    organisation: Organisation | None = None

    @property
    def organisation_key(self) -> str:
        """What tells that two people come from one organisation; empty without one."""
        return f"id:{self.organisation.id}" if self.organisation else organisations.fold(self.form.organisation)


def prefix(place: int) -> str:
    """What the names of a person's fields begin with ★: nothing for whoever fills the form in, `person.1.` for the first colleague."""
    return f"person.{place}." if place else ""


async def alone(*, office: Office, form: Form) -> Guest:
    """Somebody whom the office registers: nothing is asked but who they are. Raises Refused."""
    form = forms.checked(form, languages=office.cluster.languages)
    return Guest(form, organisation=await organisations.match(cluster_id=office.cluster.id, typed=form.organisation))


async def guests(*, office: Office, event_id: int, typed: Sequence[Form]) -> list[Guest]:
    """Everybody on the form; raises Refused with every problem of everybody."""
    if len(typed) > MOST:
        raise Refused("One form takes at most {most} people. Send it, then register the others with another one.", most=MOST)
    event = await programme.by_id(cluster_id=office.cluster.id, event_id=event_id)
    asked = await questions.of(event_id=event_id)
    problems = [problem for place, form in enumerate(typed) for problem in await _problems(office, event, asked, form, place)]
    if problems:
        raise Refused.all(problems)
    found = [await _guest(office, event, asked, form) for form in typed]
    if doubled := list(_doubled(found)):
        raise Refused.all(doubled)
    return found


async def introduce(*, office: Office, guests: Iterable[Guest], now: datetime) -> None:
    """Add whom the directory does not know yet; first thing in a transaction, before an event is locked.

    In the order of their addresses: two forms for different events with the same new people never wait for each other.
    """
    for form in sorted((guest.form for guest in guests), key=lambda form: form.address.lower()):
        await directory.ensure_id(cluster_id=office.cluster.id, address=form.address, name=form.name, language=form.language, now=now)


async def try_addresses(*, office: Office, guests: Iterable[Guest], now: datetime) -> None:
    """Where earlier letters came back, those of this moment are let through as probes; last thing in a transaction, after persons and events are locked."""
    await suppressions.probe(cluster_id=office.cluster.id, addresses=[guest.form.address for guest in guests], now=now)


async def keep(*, registration_id: int, guest: Guest, now: datetime) -> None:
    """Write down what somebody answered and needs; belongs to the transaction that registers them."""
    if guest.answers:
        await answered.store(registration_id=registration_id, answers=guest.answers, now=now)
    if guest.needs != NONE:
        await needs.store(registration_id=registration_id, needs=guest.needs)


def needed(event: Occasion, form: Form) -> Needs:
    """What they need, as far as the event asks for it ★. Raises Refused."""
    return Needs(
        diet=needs.checked(form.needs.diet, field="diet") if event.asks_diet else "",
        access=needs.checked(form.needs.access, field="access") if event.asks_access else "",
    )


def named(event: Occasion, form: Form) -> str:
    """The organisation, which has to be named where its seats are limited ★. Raises Refused."""
    if event.organisation_limit is not None and not form.organisation.strip():
        raise Refused(
            "Write your organisation, because each has only so many seats here. Who works alone writes their own name.",
            field="organisation",
        )
    return form.organisation


async def _problems(office: Office, event: Occasion, asked: Sequence[Question], form: Form, place: int) -> list[Problem]:
    languages = office.cluster.languages
    about_them = [*problems_of(forms.checked, form, languages=languages), *problems_of(named, event, form)]
    found = [
        *(problem for problem in about_them if not place or problem.field not in _SAID_ONCE),
        *problems_of(asking.checked, asked, form.answers, language=form.language, order=languages),
        *problems_of(needed, event, form),
    ]
    try:
        await choosing.wanted(event=event, item_ids=form.item_ids)  # whoever is registered already learns no more than anybody
    except Refused as error:
        found += error.problems
    return [replace(problem, field=prefix(place) + problem.field if problem.field else problem.field) for problem in found]


async def _guest(office: Office, event: Occasion, asked: Sequence[Question], form: Form) -> Guest:
    known = await alone(office=office, form=form)
    answers = asking.checked(asked, form.answers, language=known.form.language, order=office.cluster.languages)
    return replace(known, answers=tuple(answers), needs=needed(event, form))


def _doubled(found: Iterable[Guest]) -> Iterable[Problem]:
    seen: set[tuple[str, str]] = set()
    for place, guest in enumerate(found):
        who = (guest.form.address.lower(), forms.fold(guest.form.name))
        if who in seen:
            yield Problem("This person is on the form twice.", f"{prefix(place)}name")
        seen.add(who)
