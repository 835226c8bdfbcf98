"""What everybody answered as columns of the participants' list: a question each, those that are asked no more at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.events import answered, questions
from service.events.answered import Answer
from service.events.asking import Question
from service.events.occasion import Occasion
from service.languages.choice import pick


@dataclass(frozen=True, slots=True)
class Columns:
    """The questions of an event, and all answers by registration and question."""

    asked: list[Question]
    answers: dict[int, dict[int, Answer]]
    language: str

    @property
    def headings(self) -> list[str]:
        """The questions in words."""
        return [pick(question.label, self.language) for question in self.asked]

    def of(self, registration_id: int) -> list[str]:
        """One registrant's answers, empty where there is none. A file is its name."""
        given = self.answers.get(registration_id, {})
        return [self._said(question, given.get(question.id)) for question in self.asked]

    def said(self, registration_id: int) -> list[tuple[str, str]]:
        """What one registrant answered: (question, answer)."""
        return [(heading, words) for heading, words in zip(self.headings, self.of(registration_id), strict=True) if words]

    def _said(self, question: Question, answer: Answer | None) -> str:
        return answered.in_words(answer, question, language=self.language, order=()) if answer else ""


async def of(*, event: Occasion, language: str, registration_ids: Sequence[int] | None = None) -> Columns:
    """The columns for somebody who reads `language`, of everybody or of some. What people need is never among them."""
    answers = await answered.of_event(event_id=event.id, of=registration_ids)
    return Columns(await questions.ever(event_id=event.id), answers, language)
