"""A spliced copy, byte for byte and as other parsers read it."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.delivery.compile import Frame, Skeleton, To
from service.delivery.headers import UnableToSend
from service.letters import slots
from service.letters.letter import Attachment, Letter
from service.letters.slots import slot

FRAME = Frame(
    kind="news",
    sender_name="Ida-Viru Loomeklaster",
    sender_address="uudised@loomeklaster.example.org",
    reply_to="klaster@loomeklaster.example.org",
    list_id="news.loomeklaster.example.org",
    feedback_id="7:loomeklaster:news:kutse",
)
SERVICE = Frame("service", "Klaster Žagarė", "uudised@loomeklaster.example.org", None, None, None)
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


def to(**values: object) -> To:
    usual = {
        "address": "mari@example.org",
        "name": "Mari Maasikas",
        "message_id": "12.345@kutse.example.org",
        "date": "Sun, 22 Nov 2026 09:00:00 +0000",
        "values": {"name": "Mari Maasikas", "unsubscribe_url": "https://kutse.example.org/unsubscribe/abc"},
    }
    return To(**(usual | values))  # type: ignore[arg-type]


def letter(**values: object) -> Letter:
    usual = {
        "language": "et",
        "subject": "Uudiskiri",
        "preheader": "",
        "text": f"Tere, {slot('name')}!\n",
        "html": f"<p>Tere, {slot('name')}!</p>\n",
    }
    return Letter(**(usual | values))  # type: ignore[arg-type]


def splice(one: Letter, recipient: To, frame: Frame = FRAME) -> bytes:
    head, body = Skeleton(one, frame).splice(recipient)
    return b"".join((head, *body))


def parse(content: bytes) -> EmailMessage:
    parsed = message_from_bytes(content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def header_lines(content: bytes) -> list[bytes]:
    return content.partition(b"\r\n\r\n")[0].split(b"\r\n")


def test_a_newsletter_carries_what_the_standards_ask_for_byte_for_byte() -> None:
    url = "https://kutse.example.org/unsubscribe/" + "x" * 200
    lines = header_lines(splice(letter(), to(one_click=url, leave="leave+abc@kutse.example.org")))
    assert b"List-Unsubscribe: <%b>," % url.encode() in lines
    assert lines[lines.index(b"List-Unsubscribe: <%b>," % url.encode()) + 1] == b" <mailto:leave+abc@kutse.example.org>"
    for line in (
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        b"List-Id: <news.loomeklaster.example.org>",
        b"Precedence: bulk",
        b"Auto-Submitted: auto-generated",
        b"Reply-To: klaster@loomeklaster.example.org",
        b"Feedback-ID: 7:loomeklaster:news:kutse",
        b"Message-ID: <12.345@kutse.example.org>",
        b"Date: Sun, 22 Nov 2026 09:00:00 +0000",
        b"MIME-Version: 1.0",
    ):
        assert lines.count(line) == 1


def test_an_invitation_is_mixed_of_alternative_and_the_identical_object() -> None:
    content = splice(letter(calendar=CALENDAR, method="REQUEST"), to(), SERVICE)
    message = parse(content)
    alternative, attached = message.iter_parts()
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    inline = list(alternative.iter_parts())[2]
    assert inline.get_param("method") == "REQUEST"
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True) == CALENDAR
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert b"Content-Type: text/calendar; charset=UTF-8; method=REQUEST\r\n" in content
    assert b"Precedence" not in content
    assert b"Auto-Submitted" not in content


def test_a_calendar_with_slots_is_folded_again_for_each_copy() -> None:
    calendar = (
        b'BEGIN:VEVENT\r\nATTENDEE;CN="'
        + slot("name").encode()[:10]
        + b"\r\n "
        + slot("name").encode()[10:]
        + b'":mailto:x\r\nEND:VEVENT\r\n'
    )
    name = "Õnne Ülle Ämblik" * 6
    content = splice(letter(calendar=calendar, method="REQUEST"), to(values={"name": name}), SERVICE)
    (one, other) = [
        part.get_payload(decode=True)
        for part in parse(content).walk()
        if "calendar" in part.get_content_type() or "ics" in part.get_content_type()
    ]
    assert one == other
    assert isinstance(one, bytes)
    assert all(len(line) <= 75 for line in one.split(b"\r\n"))
    assert name in one.replace(b"\r\n ", b"").decode()


def test_an_attachment_keeps_its_name_and_bytes() -> None:
    file = Attachment("Päevakava nr 1.pdf", "application/pdf", bytes(range(256)) * 40)
    message = parse(splice(letter(attachments=(file,)), to()))
    attached = next(message.iter_attachments())
    assert (attached.get_filename(), attached.get_payload(decode=True)) == (file.filename, file.content)


def test_values_are_escaped_for_where_they_stand() -> None:
    html = f'<a href="https://x.example.org/?q={slot("name")}" title="{slot("name")}">{slot("name")}</a><a href="{slot("unsubscribe_url")}">x</a>'
    content = splice(letter(html=html), to(values={"name": '"><b>&', "unsubscribe_url": "https://x.example.org/?a=1&b=2"}))
    body = parse(content).get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == (
        '<a href="https://x.example.org/?q=%22%3E%3Cb%3E%26" title="&quot;&gt;&lt;b&gt;&amp;">&quot;&gt;&lt;b&gt;&amp;</a>'
        '<a href="https://x.example.org/?a=1&amp;b=2">x</a>'
    )


def test_a_missing_value_and_a_script_address_fail_this_copy_in_words() -> None:
    with pytest.raises(UnableToSend, match=r"5\.6\.0 A value is missing: name"):
        splice(letter(), to(values={}))
    with pytest.raises(UnableToSend, match=r"5\.6\.0"):
        splice(letter(html=f'<a href="{slot("name")}">'), to(values={"name": "javascript:alert(1)"}))


@pytest.mark.parametrize(
    "address", ["a b@example.org", "a@", "@example.org", "a\r\nBcc: x@example.org", "a>@example.org", "a@exa mple.org", "a@-.org", "a@b@c"]
)
def test_what_is_no_address_never_reaches_the_wire(address: str) -> None:
    with pytest.raises(UnableToSend, match=r"5\.1\.[23]"):
        splice(letter(), to(address=address))


def test_a_non_ascii_local_part_needs_a_peer_that_takes_it() -> None:
    skeleton = Skeleton(letter(), FRAME)
    with pytest.raises(UnableToSend, match=r"5\.6\.7"):
        skeleton.splice(to(address="mõmmi@jäääär.example.org"))
    head, _ = skeleton.splice(to(address="mõmmi@jäääär.example.org", name=""), utf8=True)
    assert "\r\nTo: mõmmi@xn--".encode() in head


anything = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"), max_size=400
)
one_line = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=200)


@settings(max_examples=100, deadline=None)
@given(subject=one_line, before=anything, after=anything, name=one_line, value=anything)
@example(subject="=?utf-8?b?x?=", before=".\n.", after="\n.From x", name='"Q" \\ <a@b>', value="From . =20 \n.")
@example(subject="a  b " + "x" * 1200, before="x" * 2000, after=" \t", name="=?", value=".")
@example(
    subject="", before="x" * 76, after="y" * 76 + ".", name="0\xa0\xa0" + "\U00010000" * 30, value="00<'\x80\x80" + "\U00010000" * 4 + "<"
)
@example(subject="", before="", after="", name="", value="")
def test_a_copy_reads_like_one_that_email_message_has_built(subject: str, before: str, after: str, name: str, value: str) -> None:
    text, html = f"{before}{slot('value')}{after}", f"<p>{before}{slot('value')}{after}</p>"
    content = splice(letter(subject=subject.strip(), text=text, html=html), to(name=name, values={"value": value}))
    message = parse(content)

    built = EmailMessage(policy=policy.SMTP)
    built.set_content(slots.fill(text, {"value": value}, "text"))
    built.add_alternative(slots.fill(html, {"value": value}, "html"), subtype="html")
    assert [part.get_content_type() for part in message.walk()] == [part.get_content_type() for part in built.walk()]
    for ours, theirs in zip(message.iter_parts(), built.iter_parts(), strict=True):
        assert _lines(ours) == _lines(theirs)
    assert str(message["Subject"]) == subject.strip()
    assert message["To"].addresses[0].addr_spec == "mari@example.org"
    assert _display_name(content).split() == slots.escape(name, "header").split()
    _assert_octets(content)


def _display_name(content: bytes) -> str:
    """By the older parser: the newer one puts spaces between encoded words."""
    phrase, _address = parseaddr(" ".join(str(message_from_bytes(content)["To"]).split()))
    return str(make_header(decode_header(phrase)))


def _lines(part: object) -> list[str]:
    raw = part.get_payload(decode=True)  # type: ignore[attr-defined]
    return raw.decode().replace("\r\n", "\n").rstrip("\n").split("\n")  # type: ignore[no-any-return]


def _assert_octets(content: bytes) -> None:
    assert content.isascii()
    assert content.endswith(b"\r\n")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", content)
    lines = content.split(b"\r\n")
    assert all(len(line) <= 998 for line in lines)
    head, _, rest = content.partition(b"\r\n\r\n")
    assert all(len(line) <= 76 for line in head.split(b"\r\n") if b"=?" in line)
    body = rest.split(b"\r\n")
    assert all(len(line) <= 76 for line in body if not line.startswith((b"--", b"Content-")))
    assert not any(line.startswith((b".", b"From ")) for line in body)


@settings(max_examples=100, deadline=None)
@given(name=st.text(max_size=120), subject=st.text(max_size=200))
def test_no_value_begins_a_header_of_its_own(name: str, subject: str) -> None:
    one = letter(subject=f"Tere, {slot('who')}", text="x", html="x")
    try:
        content = splice(one, to(name=name, values={"who": subject}))
    except UnableToSend:
        return
    names = [line.split(b":")[0] for line in header_lines(content) if not line.startswith(b" ")]
    assert names == [
        b"Date",
        b"Message-ID",
        b"To",
        b"Subject",
        b"From",
        b"Reply-To",
        b"List-Id",
        b"Precedence",
        b"Auto-Submitted",
        b"Feedback-ID",
        b"MIME-Version",
        b"Content-Type",
    ]
