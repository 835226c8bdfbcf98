"""What happens around an event, in rows: its letters in words of one's own, when they go out, what was sent, who came.

Personal data: none but who came, which is kept with the registration and counts on when that was emptied.
"""

from __future__ import annotations

from piccolo.columns import JSONB, BigInt, BigSerial, Bytea, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from service.events.tables import Event, Registration


class EventWords(Table, tablename="event_words"):
    """What a letter of an event says in one language instead of the standard. `kind`: a key of `letters.KINDS`; `words`: Markdown, fields in braces."""

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    kind = Varchar(length=40)
    language = Varchar(length=3)
    subject = Varchar(length=300)
    words = Text()
    version = Integer(default=1)
    changed_at = Timestamptz(default=None)


class LetterPlan(Table, tablename="letter_plan"):
    """When the letters around an event go out (`plan.Plan`); an event without a row has the usual plan."""

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    plan = JSONB()


class SentOnce(Table, tablename="sent_once"):
    """What the clock has sent about a registration. `key` says which letter for which date (`due.Sending`); unique, so that it is never sent again."""

    id = BigSerial(primary_key=True)
    registration_id = ForeignKey(references=Registration, null=False)
    key = Varchar(length=60)
    sent_at = Timestamptz(default=None)


class Attendance(Table, tablename="attendance"):
    """Somebody came on that day, in the event's zone. Kept with the registration; `marked_by`: the coordinator."""

    id = BigSerial(primary_key=True)
    registration_id = ForeignKey(references=Registration, null=False)
    day = Date()
    marked_at = Timestamptz(default=None)
    marked_by = BigInt(null=True, default=None)


class Material(Table, tablename="material"):
    """A file for those who came, at most 5 MB; handed out behind the signed links of people with a seat, and only as a download."""

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    name = Varchar(length=120)
    content = Bytea()
    added_at = Timestamptz(default=None)
