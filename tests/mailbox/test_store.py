"""The store of caught messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from service.errors import NotFound
from service.mailbox import store
from service.mailbox.store import Envelope, Writer

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LETTER = b"From: Office <office@example.org>\r\nTo: ann@example.org\r\nSubject: =?utf-8?q?T=C3=A4na?=\r\n\r\nTere\r\n"


def add(writer: Writer, *recipients: str, content: bytes = LETTER, now: datetime = NOW) -> str:
    return writer.add(Envelope("bounce@example.org", recipients or ("ann@example.org",)), content, now=now)


def test_lists_newest_first_with_envelope_and_headers(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    first, second = add(writer), add(writer, now=NOW + timedelta(seconds=1))
    found = store.page(tmp_path)
    assert [entry.id for entry in found.entries] == [second, first]
    assert found.total == 2
    assert found.older is None
    entry = found.entries[0]
    assert (entry.subject, entry.sender, entry.to) == ("Täna", "Office <office@example.org>", "ann@example.org")
    assert entry.envelope == Envelope("bounce@example.org", ("ann@example.org",))
    assert entry.caught_at == NOW + timedelta(seconds=1)
    assert entry.size == len(LETTER)


def test_pages_do_not_skip_or_repeat_while_new_mail_arrives(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    ids = [add(writer) for _ in range(5)]
    first = store.page(tmp_path, limit=2)
    add(writer)
    second = store.page(tmp_path, before=first.older, limit=2)
    third = store.page(tmp_path, before=second.older, limit=2)
    assert [entry.id for page in (first, second, third) for entry in page.entries] == ids[::-1]
    assert third.older is None


def test_a_full_last_page_promises_no_further_one(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    add(writer), add(writer)
    assert store.page(tmp_path, limit=2).older is None


def test_finds_by_a_part_of_a_recipient_in_any_case(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    wanted = add(writer, "Ann@Example.org", "ben@example.net")
    add(writer, "ben@example.org")
    assert [entry.id for entry in store.page(tmp_path, recipient=" ANN@ ").entries] == [wanted]


def test_two_messages_of_one_instant_and_a_clock_that_goes_back_keep_their_order(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    ids = [add(writer), add(writer), add(writer, now=NOW - timedelta(hours=1))]
    assert ids == sorted(set(ids))
    assert add(Writer(tmp_path), now=NOW - timedelta(hours=1)) > ids[-1]


def test_keeps_the_newest_when_there_are_too_many(tmp_path: Path) -> None:
    writer = Writer(tmp_path, kept=3)
    ids = [add(writer) for _ in range(5)]
    assert [entry.id for entry in store.page(tmp_path).entries] == ids[:1:-1]


def test_takes_an_invitation_apart(tmp_path: Path) -> None:
    letter = EmailMessage()
    letter["Subject"] = "Seminar"
    letter.set_content("Tere õäöü")
    letter.add_alternative("<p>Tere</p>", subtype="html")
    letter.add_alternative("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", subtype="calendar", params={"method": "REQUEST"})
    letter.add_attachment(b"BEGIN:VCALENDAR", maintype="application", subtype="ics", filename="invite.ics")
    id = add(Writer(tmp_path), content=letter.as_bytes())
    message = store.read(tmp_path, id=id)
    assert message.text is not None
    assert message.text.strip() == "Tere õäöü"
    assert message.html is not None
    assert message.html.strip() == "<p>Tere</p>"
    assert message.calendar is not None
    assert message.calendar.startswith("BEGIN:VCALENDAR")
    assert message.calendar_method == "REQUEST"
    assert [(part.name, part.media_type) for part in message.parts] == [("invite.ics", "application/ics")]
    assert ("Subject", "Seminar") in message.headers


def test_raw_is_what_came_over_the_wire_to_the_byte(tmp_path: Path) -> None:
    content = b"Subject: \xff odd\r\n\r\n.dot\r\n\x00 and \xfe\r\n"
    assert store.read(tmp_path, id=add(Writer(tmp_path), content=content)).raw == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no header at all",
        b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n",
        b"Subject: =?utf-8?b?!!!?=\r\nTo: <<>>,,\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhello",
        b"Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\nx",
    ],
)
def test_shows_broken_messages_too(tmp_path: Path, content: bytes) -> None:
    id = add(Writer(tmp_path), content=content)
    assert store.read(tmp_path, id=id).raw == content
    assert store.page(tmp_path).entries[0].size == len(content)


@pytest.mark.parametrize("id", ["0" * 19, "../secret", "", "1.eml"])
def test_what_is_not_there_is_not_found(tmp_path: Path, id: str) -> None:
    (tmp_path.parent / "secret.eml").write_bytes(b"X")
    with pytest.raises(NotFound):
        store.read(tmp_path, id=id)


def test_an_empty_or_missing_mailbox_is_an_empty_page(tmp_path: Path) -> None:
    assert store.page(tmp_path / "none") == store.Page((), None, 0)


def test_clear_throws_everything_away(tmp_path: Path) -> None:
    writer = Writer(tmp_path)
    add(writer), add(writer)
    assert store.clear(tmp_path) == 2
    assert store.page(tmp_path).total == 0
    add(writer)
    assert store.page(tmp_path).total == 1


def test_only_its_owner_reads_the_mailbox(tmp_path: Path) -> None:
    folder = tmp_path / "mailbox"
    id = add(Writer(folder))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / f"{id}.eml").stat().st_mode & 0o777 == 0o600
