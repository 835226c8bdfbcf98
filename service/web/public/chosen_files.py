"""Files in a posted form: chosen now, or chosen before in the same form, which came back then (`events.aside`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.errors import Gone, NotFound, Refused
from service.events import aside, asking, uploads
from service.events.asking import Kind, Question
from service.events.uploads import Upload
from service.tokens import Keys
from service.web.edge import Form

_PURPOSE = "file-aside"

Shown = dict[str, tuple[str, str]]
"""What a form that comes back shows at a field: the token that brings the file along, and its name."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The files of a form by the names of their fields."""

    keys: Keys
    files: Mapping[str, tuple[Question, Upload]]

    def of(self, prefix: str) -> dict[int, Upload]:
        """Those of the person whose fields begin with `prefix`, by question."""
        return {question.id: upload for name, (question, upload) in self.files.items() if name == prefix + asking.field_of(question)}

    async def shown(self, *, people: Sequence[str], network: str, now: datetime) -> Shown:
        """Keep the good files of these people for the next time the form is sent."""
        found: Shown = {}
        for name, (question, upload) in self.files.items():
            if name.removesuffix(asking.field_of(question)) in people and (aside_id := await _kept(question, upload, network, now)):
                found[name] = (self.keys.sign(purpose=_PURPOSE, value=aside_id, expires_at=now + aside.KEPT), upload.name)
        return found


async def read(fields: Form, questions: Sequence[Question], people: Sequence[str], *, keys: Keys, now: datetime) -> Chosen:
    """The files of everybody on the form (`people`: what their fields begin with). One that is chosen now takes the place of one from before."""
    found: dict[str, tuple[Question, Upload]] = {}
    for name, question in _fields(questions, people):
        if chosen := fields.file(name):
            found[name] = (question, Upload(uploads.named(chosen.filename), await fields.content(name)))
        elif upload := await _before(fields, name, question, keys, now):
            found[name] = (question, upload)
    return Chosen(keys, found)


def _fields(questions: Sequence[Question], people: Sequence[str]) -> Iterator[tuple[str, Question]]:
    for prefix in people:
        for question in questions:
            if question.kind is Kind.FILE:
                yield prefix + asking.field_of(question), question


async def _before(fields: Form, name: str, question: Question, keys: Keys, now: datetime) -> Upload | None:
    token = fields.text(f"{name}.before", limit=2000)
    if not token or fields.flag(f"{name}.without"):
        return None
    try:
        aside_id = keys.read(token, purpose=_PURPOSE, now=now)
    except (NotFound, Gone):
        return None
    return await aside.find(aside_id=aside_id, question_id=question.id, now=now)


async def _kept(question: Question, upload: Upload, network: str, now: datetime) -> int | None:
    if upload.aside_id is not None:
        await aside.again(aside_id=upload.aside_id, now=now)
        return upload.aside_id
    try:
        uploads.refuse_bad(upload, field="")
    except Refused:
        return None
    return await aside.put(question_id=question.id, upload=upload, network=network, now=now)
