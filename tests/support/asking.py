"""What events ask in tests, and who answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from service.events import programme, questions
from service.events.asking import Kind, Question, Typed
from service.events.occasion import Occasion
from service.events.office import Office
from service.events.questionnaire import Draft

YES_NO = Draft(Kind.YES_NO, {"et": "Kas fotod sobivad?", "en": "Are photos all right?"}, required=True)
DRINK = Draft(Kind.CHOICE, {"et": "Jook?", "en": "Drink?"}, options={"et": "Tee\nKohv", "en": "Tea\nCoffee"}, asked_when=0, asked_if="yes")
CV = Draft(Kind.FILE, {"et": "CV", "en": "CV"})


async def ask(*, office: Office, event: Occasion, now: datetime, drafts: list[Draft], **values: Any) -> list[Question]:
    """From now on the event asks this."""
    found = await programme.by_id(cluster_id=office.cluster.id, event_id=event.id)
    before = await questions.of(event_id=event.id)
    asks = {"asks_diet": found.asks_diet, "asks_access": found.asks_access}
    mark = questions.fingerprint(before, **asks)
    await questions.save(cluster=office.cluster, event_id=event.id, drafts=drafts, mark=mark, now=now, **(asks | values))
    return await questions.of(event_id=event.id)


def typed(questions: list[Question], *answers: str) -> Typed:
    """These answers to these questions, in order; an empty one is none."""
    return Typed({question.id: [answer] for question, answer in zip(questions, answers, strict=False) if answer}, {})
