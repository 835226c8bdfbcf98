"""Signatures: an independent implementation verifies what was spliced, and rejects whatever was done to it afterwards."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.delivery import dkim
from service.delivery.compile import Frame, Skeleton, To
from service.delivery.signing import Signed
from service.letters.letter import Attachment, Letter
from service.letters.slots import slot
from tests.support.signing import DOMAIN, published, signer, verified

FRAME = Frame(
    kind="news",
    sender_name="Ida-Viru Loomeklaster",
    sender_address=f"uudised@{DOMAIN}",
    reply_to=f"klaster@{DOMAIN}",
    list_id="news.loomeklaster.example.org",
    feedback_id="7:loomeklaster:news:kutse",
)
BOTH = [True, True]
NEITHER = [False, False]


def letter(**values: object) -> Letter:
    usual = {
        "language": "et",
        "subject": f"Tere, {slot('name')}",
        "preheader": "",
        "text": f"Tere, {slot('name')}!\n",
        "html": f"<p>Tere, {slot('name')}!</p>\n",
    }
    return Letter(**(usual | values))  # type: ignore[arg-type]


def to(name: str = "Mari", **values: object) -> To:
    usual = {
        "address": "mari@example.net",
        "name": name,
        "message_id": "12.345@kutse.example.org",
        "date": "Sun, 22 Nov 2026 09:00:00 +0000",
        "values": {"name": name},
        "one_click": "https://kutse.example.org/unsubscribe/" + "x" * 120,
        "leave": "leave+abc@kutse.example.org",
    }
    return To(**(usual | values))  # type: ignore[arg-type]


def signed(one: Letter, *copies: To, frame: Frame = FRAME) -> list[bytes]:
    """Copies of a letter as they go on the wire."""
    skeleton = Skeleton(one, frame)
    shared = Signed(sender=frame.sender_address, constant=skeleton.head)
    spliced = [skeleton.splice(copy) for copy in copies]
    return [b"".join((shared.fields(signer(), head, body), head, *body)) for head, body in spliced]


def test_both_signatures_verify_and_say_what_the_standards_ask_for() -> None:
    (copy,) = signed(letter(), to())
    assert verified(copy, published()) == BOTH
    fields = [re.sub(rb"\r\n ", b" ", field) for field in re.split(rb"\r\n(?! )", copy)[:2]]
    assert [re.search(rb"a=([a-z0-9-]+);", field)[1] for field in fields] == [b"rsa-sha256", b"ed25519-sha256"]  # type: ignore[index]
    for field in fields:
        assert b"c=relaxed/relaxed;" in field
        assert b" l=" not in field
        names = re.search(rb"h=([^;]+);", field)[1].replace(b" ", b"").split(b":")  # type: ignore[index]
        for name in (b"from", b"to", b"subject", b"date"):
            assert names.count(name) == 2
        assert {b"list-unsubscribe", b"list-unsubscribe-post", b"list-id", b"reply-to", b"message-id", b"content-type"} <= set(names)
    assert all(len(line) <= 78 for line in b"\r\n".join(re.split(rb"\r\n(?! )", copy)[:2]).split(b"\r\n"))


_NAME = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=120).map(str.strip)
_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from(" \t\n"), max_size=300)


@settings(max_examples=60)
@given(names=st.lists(_NAME, min_size=2, max_size=3), subject=_NAME, text=_TEXT, html=_TEXT, who=_TEXT)
@example(names=["", "Ülle  Õun"], subject="a" * 200, text="\n\n \n", html="<p>  \t </p>\n\n\n", who="\n\n")
@example(names=["x" * 120, "."], subject="žluťoučký " * 12, text="   " * 80, html="\t\t", who="  .\n  From \n")
def test_whatever_a_letter_and_its_readers_are_made_of_each_copy_verifies(
    names: list[str], subject: str, text: str, html: str, who: str
) -> None:
    one = letter(subject=subject, text=text + slot("name") + text + slot("who"), html=html + slot("who") + html + slot("name"))
    copies = signed(one, *[to(name, values={"name": name, "who": who}) for name in names])
    assert [verified(copy, published()) for copy in copies] == [BOTH] * len(names)


def test_letters_with_attachments_and_calendars_verify() -> None:
    file = Attachment("kava  ja   aeg.txt", "text/plain", b"a  b\n\n\n")
    calendar = f"BEGIN:VCALENDAR\r\nX-NAME:{slot('name')}\r\nEND:VCALENDAR\r\n".encode()
    service = Frame("service", "Klaster", f"uudised@{DOMAIN}", None, None, None)
    one = letter(attachments=(file,), calendar=calendar, method="REQUEST")
    (copy,) = signed(one, to(one_click=None, leave=None), frame=service)
    assert verified(copy, published()) == BOTH


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"=20=\r\nMari=\r\n!", b"=20=\r\nKari=\r\n!"),
        (b"From: Ida-Viru Loomeklaster", b"From: Keegi Teine"),
        (b"Date: Sun", b"Date: Mon"),
        (b"To: Mari", b"To: Kari"),
        (b"Subject: Tere", b"Subject: Maksa"),
        (b"Reply-To: klaster@", b"Reply-To: varas@"),
        (b"unsubscribe/x", b"unsubscribe/y"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
        (b"Date: Sun", b"From: keegi@example.net\r\nDate: Sun"),
        (b"Date: Sun", b"Subject: Maksa\r\nDate: Sun"),
        (b"Date: Sun", b"To: keegi@example.net\r\nDate: Sun"),
        (b"Date: Sun", b"Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nDate: Sun"),
        (b"Date: Sun", b"Cc: keegi@example.net\r\nDate: Sun"),
        (b"Date: Sun", b"List-Unsubscribe: <https://example.net/>\r\nDate: Sun"),
        (b"Date: Sun", b"Content-Type: text/html\r\nDate: Sun"),
    ],
)
def test_whatever_is_changed_or_added_on_the_way_breaks_both(old: bytes, new: bytes) -> None:
    (copy,) = signed(letter(), to())
    assert old in copy
    assert verified(copy.replace(old, new, 1), published()) == NEITHER


def test_words_after_the_end_break_both() -> None:
    (copy,) = signed(letter(), to())
    assert verified(copy + b"Maksa siia.\r\n", published()) == NEITHER


def test_what_relays_may_do_breaks_nothing() -> None:
    """White space between words and at ends, folding, blank lines at the end, fields on top (RFC 6376 §3.4)."""
    (copy,) = signed(letter(text="Üks kaks kolm"), to())
    done = b"Received: from us\r\n" + copy.replace(b"Subject: Tere, Mari", b"SUBJECT:  Tere,\r\n\tMari  ") + b"\r\n\r\n"
    assert verified(done.replace(b"; charset=utf-8\r\n", b";  charset=utf-8 \r\n"), published()) == BOTH


@given(st.lists(st.sampled_from([b"a", b" ", b"  ", b"\t", b"=", b"\r\n"]), max_size=30).map(b"".join))
def test_lines_become_relaxed_as_the_standard_says(content: bytes) -> None:
    wanted = b"\r\n".join(re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in (content + b"\r\n").split(b"\r\n"))
    assert dkim.relaxed_lines(content + b"\r\n") == wanted


def test_the_example_of_the_standard_becomes_what_it_says() -> None:
    """RFC 6376 §3.4.5."""
    assert dkim.relaxed_fields(b"A: X\r\nB : Y\t\r\n\tZ  \r\n") == [b"a:X\r\n", b"b:Y Z\r\n"]
    body = dkim.Body([b" C \r\nD \t E\r\n\r\n\r\n"])
    assert body.digest([b" C \r\nD \t E\r\n\r\n\r\n"]) == dkim.Body([b" C\r\nD E\r\n"]).digest([b" C\r\nD E\r\n"])
