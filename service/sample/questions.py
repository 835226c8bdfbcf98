"""What a sample event asks, and what its people answer."""

from __future__ import annotations

from datetime import datetime

from service.events import questions
from service.events.asking import Kind, Typed
from service.events.office import Office
from service.events.questionnaire import Draft
from service.sample.reading import Entry


async def write(*, office: Office, event_id: int, entry: Entry, now: datetime) -> None:
    """Ask what `entry`, the event's, says: `questions`, and the needs in `asks`."""
    needs = entry.get("asks", ())
    drafts = [_draft(one) for one in entry.get("questions", ())]
    if needs or drafts:
        await questions.save(
            cluster=office.cluster,
            event_id=event_id,
            drafts=drafts,
            asks_diet="diet" in needs,
            asks_access="access" in needs,
            mark=questions.fingerprint([], asks_diet=False, asks_access=False),
            now=now,
        )


async def answers(*, event_id: int, number: int) -> Typed:
    """To each question one of its options, in turn with the person's number."""
    keys = {question.id: [key for key, _ in question.choices("en", ())] for question in await questions.of(event_id=event_id)}
    return Typed({one: [known[number % len(known)]] for one, known in keys.items()}, {})


def _draft(entry: Entry) -> Draft:
    return Draft(
        Kind(entry["kind"]),
        label=dict(entry["label"]),
        help=dict(entry.get("help", {})),
        options=dict(entry.get("options", {})),
        required=True,
    )
