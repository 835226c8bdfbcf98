"""Events, their days, registrations and invitations.

`registration` holds personal data as snapshots of the day it was made: kept for the funder's period (10 years after the event by default); erasing
the person empties name, address, organisation and role and leaves the row, which still counts.
"""

from __future__ import annotations

from typing import Any

from piccolo.columns import JSONB, Array, BigInt, BigSerial, Boolean, Bytea, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from service.clusters.tables import Cluster, Funding
from service.people.tables import Organisation, Person
from service.subscriptions.tables import Topic


class EventSeries(Table, tablename="event_series"):
    """Dates that belong together; each is an event that one registers for by itself. `title`: language → text."""

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    slug = Varchar(length=80)
    title = JSONB(default="{}")


class Event(Table, tablename="event"):
    """One event. Texts: language → text; `description` and `access_notes` are Markdown. `capacity` null: no limit.

    `seats_taken`, `online_taken` and `last_position` are written only under `SELECT … FOR UPDATE` of this row, and the database checks that the seats
    never exceed the capacity; an offered seat is taken. `access` to `members_move_first`: `terms.Terms`. `starts_at` and `ends_at` repeat the first and last day, for lists. `version` counts the coordinators' edits, the last at `changed_at`.
    `languages`: in which it is held. `moved_from`: the beginning that was announced first, once another one is.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    slug = Varchar(length=80)
    kind = Varchar(length=20)
    state = Varchar(length=12, default="draft")
    title = JSONB(default="{}")
    summary = JSONB(default="{}")
    description = JSONB(default="{}")
    zone = Varchar(length=60)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    place_name = Varchar(length=160, default="")
    place_address = Varchar(length=300, default="")
    place_town = Varchar(length=120, default="")
    access_notes = JSONB(default="{}")
    online_url = Varchar(length=500, default="")
    capacity = Integer(null=True, default=None)
    seats_taken = Integer(default=0)
    last_position = BigInt(default=0)
    opens_at = Timestamptz(null=True, default=None)
    closes_at = Timestamptz(null=True, default=None)
    funding_id = ForeignKey(references=Funding, null=True)
    image_digest = Varchar(length=64, null=True, default=None)
    called_off_words = JSONB(default="{}")
    published_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=None)
    changed_at = Timestamptz(default=None)
    version = Integer(default=1)
    access = Varchar(length=8, default="public")
    members_first_until = Timestamptz(null=True, default=None)
    by_approval = Boolean(default=False)
    organisation_limit = Integer(null=True, default=None)
    is_hybrid = Boolean(default=False)
    online_capacity = Integer(null=True, default=None)
    online_taken = Integer(default=0)
    confirm_hours = Integer(null=True, default=None)
    members_move_first = Boolean(default=False)
    series_id = ForeignKey(references=EventSeries, null=True)
    languages = Array(base_column=Varchar(length=3), default=list)
    moved_from = Timestamptz(null=True, default=None)
    asks_diet = Boolean(default=False)
    asks_access = Boolean(default=False)


class CalendarEntry(Table, tablename="calendar_entry"):
    """What stands in a calendar as one thing: days that follow each other. An entry that has lost all its days is withdrawn."""

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)


class EventDay(Table, tablename="event_day"):
    """One day of an event with its hours; `title` (language → text) and `place` only where they differ from the event's."""

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    entry_id = ForeignKey(references=CalendarEntry, null=False)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    title = JSONB(default="{}")
    place = Varchar(length=300, default="")


class Registration(Table, tablename="registration"):
    """One person's registration. `position` is given under the event's lock and is the order of the waitlist.

    `brought_by`: the registration of the person who typed this one in, or who handed it on; `brought_by_name`:
    what they were called then. `handed_to`: where this place went. `disowned_at`: "not me", and the snapshot is empty. `organisation` is what was typed;
    `organisation_name` and `registry_code` are the directory's on the day it was matched; `organisation_settled`: a coordinator left it as text.

    Live ones (not cancelled) are unique by (event, lower(address), folded name): two people may share an address. `consent_words` are the words
    that stood at the button, in `language`. `waits_for` says why somebody pending or waitlisted has no seat; an offered seat is held until
    `offered_until`. `is_vouched`: came by a link that was mailed to a member or an invited person. `decision_words`: what the coordinator
    wrote when accepting or declining. `organisation_key`: what the limit per organisation counts by.
    """

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    person_id = ForeignKey(references=Person, null=False)
    state = Varchar(length=12)
    position = BigInt()
    mode = Varchar(length=8, default="room")
    name = Varchar(length=120)
    folded_name = Varchar(length=240)
    address = Varchar(length=254)
    organisation = Varchar(length=200, default="")
    organisation_key = Varchar(length=300, default="")
    role = Varchar(length=120, default="")
    language = Varchar(length=3)
    consent_words = Text(default="")
    brought_by: ForeignKey[Any] = ForeignKey(references="self", null=True)
    brought_by_name = Varchar(length=120, default="")
    handed_to: ForeignKey[Any] = ForeignKey(references="self", null=True)
    handed_to_name = Varchar(length=120, default="")
    disowned_at = Timestamptz(null=True, default=None)
    organisation_id = ForeignKey(references=Organisation, null=True)
    organisation_name = Varchar(length=200, default="")
    registry_code = Varchar(length=40, default="")
    organisation_settled = Boolean(default=False)
    registered_at = Timestamptz(default=None)
    registered_by = BigInt(null=True, default=None)
    seated_at = Timestamptz(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    cancelled_by = Varchar(length=12, null=True, default=None)
    is_vouched = Boolean(default=False)
    waits_for = Varchar(length=16, default="")
    offered_until = Timestamptz(null=True, default=None)
    decided_at = Timestamptz(null=True, default=None)
    decision_words = Text(default="")


class Invitee(Table, tablename="invitee"):
    """An address on the coordinator's list for one event; `invited_at`: when the letter left. Deleted a month after the event; erased with the person."""

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    address = Varchar(length=254)
    name = Varchar(length=120, default="")
    language = Varchar(length=3)
    added_at = Timestamptz(default=None)
    invited_at = Timestamptz(null=True, default=None)


class Invitation(Table, tablename="invitation"):
    """A calendar entry in one registrant's calendar: its UID, the SEQUENCE last sent, and the hash of what that letter said (RFC 5546 §2.1.4).

    `organizer`: the address its answers come to, with a token of its own; the same in every letter, whatever becomes of keys and settings.
    """

    id = BigSerial(primary_key=True)
    registration_id = ForeignKey(references=Registration, null=False)
    entry_id = ForeignKey(references=CalendarEntry, null=False)
    uid = Varchar(length=200)
    organizer = Varchar(length=254)
    sequence = Integer(default=0)
    state = Varchar(length=12, default="sent")
    content_hash = Varchar(length=64)
    sent_at = Timestamptz(default=None)


class Question(Table, tablename="question"):
    """What a coordinator asks each person. Texts: language → text; `options`: `[{"key": …, "words": {language: text}}]`.

    Asked only when the answer to `asked_when` includes `asked_if` (an option's key, or yes or no). A question that was answered is not deleted but `removed_at`.
    """

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    position = Integer()
    kind = Varchar(length=12)
    label = JSONB(default="{}")
    help = JSONB(default="{}")
    options = JSONB(default="[]")
    required = Boolean(default=False)
    lowest = Integer(null=True, default=None)
    highest = Integer(null=True, default=None)
    asked_when: ForeignKey[Any] = ForeignKey(references="self", null=True)
    asked_if = Varchar(length=80, default="")
    removed_at = Timestamptz(null=True, default=None)


class QuestionAnswer(Table, tablename="question_answer"):
    """What a registrant answered: `given` (keys, or the text), and as snapshots in their language the words `asked` and `said`. Goes with the registration."""

    id = BigSerial(primary_key=True)
    registration_id = ForeignKey(references=Registration, null=False)
    question_id = ForeignKey(references=Question, null=False)
    given = Array(base_column=Text())
    asked = Text()
    said = Text()
    answered_at = Timestamptz(default=None)


class QuestionFile(Table, tablename="question_file"):
    """The content of a file that was given as an answer; its name is what was `said`."""

    answer_id = ForeignKey(references=QuestionAnswer, primary_key=True, null=False)
    media_type = Varchar(length=120)
    content = Bytea()


class FileAside(Table, tablename="file_aside"):
    """A file that was chosen for a question in a form which came back; nobody's yet, and deleted after an hour (`aside`)."""

    id = BigSerial(primary_key=True)
    question_id = ForeignKey(references=Question, null=False)
    name = Varchar(length=120)
    content = Bytea()
    kept_at = Timestamptz(default=None)


class RegistrationNeeds(Table, tablename="registration_needs"):
    """What a registrant needs to eat and to get in: kept apart from everything else, deleted 14 days after the event."""

    registration_id = ForeignKey(references=Registration, primary_key=True, null=False)
    diet = Text(default="")
    access = Text(default="")


class EventTopic(Table, tablename="event_topic"):
    """What an event is about: the topics under which it is listed and announced."""

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    topic_id = ForeignKey(references=Topic, null=False)


class CalendarAnswer(Table, tablename="calendar_answer"):
    """What an attendee's calendar last said to an invitation: `day` null, the whole entry; else that date of it, on the event's clock.

    `sequence`: the invitation's when it was said; `stamped_at`: the answer's DTSTAMP.
    """

    id = BigSerial(primary_key=True)
    invitation_id = ForeignKey(references=Invitation, null=False)
    day = Date(null=True, default=None)
    answer = Varchar(length=10)
    sequence = Integer()
    stamped_at = Timestamptz(default=None)
    answered_at = Timestamptz(default=None)


class EventItem(Table, tablename="event_item"):
    """One item of an event's agenda. Texts: language → text; `speakers`: one a line, "name – a line about them". `online_url` is for people with a seat.

    `is_chosen`: people pick it when they register; then it may have a `capacity` (null: no limit). `seats_taken` is written only under the event's
    lock, rows by ascending id, and the database checks that it never exceeds the capacity.
    """

    id = BigSerial(primary_key=True)
    event_id = ForeignKey(references=Event, null=False)
    starts_at = Timestamptz(default=None)
    ends_at = Timestamptz(default=None)
    title = JSONB(default="{}")
    description = JSONB(default="{}")
    speakers = JSONB(default="{}")
    place = Varchar(length=160, default="")
    online_url = Varchar(length=500, default="")
    is_chosen = Boolean(default=False)
    capacity = Integer(null=True, default=None)
    seats_taken = Integer(default=0)


class ItemChoice(Table, tablename="item_choice"):
    """That a registrant wants an item: `seated`, or `waiting` for a seat in it or in the event. Ids are given under the event's lock: the order of the line."""

    id = BigSerial(primary_key=True)
    item_id = ForeignKey(references=EventItem, null=False)
    registration_id = ForeignKey(references=Registration, null=False)
    state = Varchar(length=12)
    chosen_at = Timestamptz(default=None)
