"""What came back is told apart, from samples in the shapes that real systems write."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.delivery.classification import classify
from service.returns import mime, poll, telling
from service.returns.doors import Door, Entrance
from service.returns.telling import Kind, Told
from service.tokens import Keys
from tests.support import returns

SAMPLES = Path(__file__).parent / "samples"
TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
AT_BOUNCE = Entrance(Door.BOUNCE, TOKEN)
AT_DESK = Entrance(Door.DESK, "")
AT_REPLY = Entrance(Door.REPLY, "abcdefgh")


def sample(name: str) -> bytes:
    text = (SAMPLES / f"{name}.eml").read_text(encoding="utf-8").replace("TOKEN", TOKEN)
    return text.replace("\n", "\r\n").encode()


def tell(content: bytes, entrance: Entrance = AT_BOUNCE, sender: str = "") -> Told:
    return telling.tell(content, entrance=entrance, envelope_sender=sender)


@pytest.mark.parametrize(
    ("name", "status", "final", "words"),
    [
        ("postfix", "5.1.1", "mari@example.net", "User unknown in virtual mailbox table"),
        ("exim_prose", "5.2.2", "mari@example.net", "Mailbox is full"),
        ("exchange_online", "5.4.1", "mari@contoso.example.net", "Recipient address rejected: Access denied"),
        ("gmail", "5.1.1", "mari@example.com", "does not exist"),
        ("base64_status", "5.1.1", "mari@example.net", "No such user here"),
        ("global_dsn", "5.1.1", "õunapuu@näidis.example.net", "kasutajat õunapuu ei leitud"),
        ("qmail", "5.1.1", "mari@example.net", "no mailbox here by that name"),
        ("forwarded", "5.1.1", "mari.old@workplace.example.com", "no such user"),
        ("wrapped", "5.7.1", "mari@example.net", "Spamhaus"),
        ("truncated", "5.1.1", "mari@example.net", "User unkno"),
        ("exim_report", "5.7.1", "mari@example.net", "Service refused"),
        ("gmail_no_reason", "5.0.0", "mari@example.com", "the address couldn't be found"),
        ("gmail_prose", "", "mari@example.net", "User unknown in local recipient table"),
    ],
)
def test_a_bounce_says_which_code_for_whom_in_which_words(name: str, status: str, final: str, words: str) -> None:
    told = tell(sample(name))
    assert told.kind is Kind.BOUNCE
    (notice,) = told.notices
    assert (notice.action, notice.status, notice.final) == ("failed", status, final)
    assert words in notice.words


def test_blocks_without_blank_lines_are_parted_by_the_fields_that_come_again() -> None:
    told = tell(sample("no_blank_lines"))
    assert [(one.final, one.status) for one in told.notices] == [("mari@example.net", "5.2.2"), ("jaan@example.net", "5.1.1")]


def test_a_report_that_names_the_action_before_the_recipient_is_one_notice_for_each() -> None:
    told = tell(sample("amazon_report"))
    assert [(one.final, one.action, one.status) for one in told.notices] == [
        ("mari@example.net", "failed", "5.1.1"),
        ("jaan@example.net", "failed", "5.2.2"),
    ]


def test_a_delay_that_names_the_action_before_the_recipient_is_a_delay_alone() -> None:
    told = tell(sample("exim_report").replace(b"Action: failed", b"Action: delayed"))
    assert [one.action for one in told.notices] == ["delayed"]


def test_escapes_of_an_internationalized_address_are_read() -> None:
    assert tell(sample("global_dsn")).notices[0].original == "õunapuu@näidis.example.net"


def test_a_delay_is_told_as_a_delay() -> None:
    assert [one.action for one in tell(sample("delayed")).notices] == ["delayed"]


@pytest.mark.parametrize("name", ["postfix", "exim_prose", "exchange_online", "gmail", "global_dsn", "qmail", "yahoo_arf"])
def test_the_returned_letter_names_the_copy_when_the_envelope_was_lost(name: str) -> None:
    assert tell(sample(name), AT_DESK).names == (TOKEN,)


def test_the_name_in_the_address_is_trusted_before_any_other() -> None:
    other = "a" * 32
    content = sample("postfix").replace(TOKEN.encode(), other.encode())
    assert tell(content).names == (TOKEN, other)


def test_a_feedback_report_is_a_complaint_although_the_recipient_is_blacked_out() -> None:
    told = tell(sample("yahoo_arf"), AT_DESK)
    assert told.kind is Kind.COMPLAINT
    assert told.complaint is not None
    assert told.complaint.complains
    assert told.complaint.agent == "Yahoo!-Mail-Feedback/2.0"


def test_a_report_that_something_is_no_spam_is_no_complaint() -> None:
    told = tell(sample("yahoo_arf").replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam"), AT_DESK)
    assert told.complaint is not None
    assert not told.complaint.complains


@pytest.mark.parametrize(
    ("name", "text"), [("vacation_et", "Olen puhkusel"), ("vacation_ru", "Я в отпуске"), ("vacation_pl", "proszę pisać do biura")]
)
def test_a_vacation_is_automatic_and_read_in_its_own_letters(name: str, text: str) -> None:
    told = tell(sample(name), sender="mari@example.net")
    assert told.kind is Kind.AUTOMATIC
    assert text in told.text


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Uudiskiri",
        "Out of Office: News",
        "Auto: Re: News",
        "Automaatne vastus: Uudiskiri",
        "Kontorist väljas",
        "Автоматический ответ: Новости",
        "Нет на месте",
        "Odpowiedź automatyczna: Newsletter",
        "Poza biurem",
        "Automatski odgovor: Vijesti",
    ],
)
def test_the_subject_of_an_automatic_reply_is_known_in_our_languages(subject: str) -> None:
    encoded = f"=?utf-8?B?{base64.b64encode(subject.encode()).decode()}?="
    assert tell(returns.answer(subject=encoded), sender="mari@example.net").kind is Kind.AUTOMATIC


@pytest.mark.parametrize("subject", ["Re: Automaatika töötuba", "Re: Office space", "Auto rent", "Re: Uudiskiri", "Urlopowe warsztaty"])
def test_a_person_is_not_taken_for_a_program_by_a_word(subject: str) -> None:
    assert tell(returns.answer(subject=f"=?utf-8?Q?{subject.replace(' ', '_')}?="), sender="mari@example.net").kind is Kind.ANSWER


@pytest.mark.parametrize(
    "more", ["Auto-Submitted: auto-generated\n", "Precedence: bulk\n", "X-Autoreply: yes\n", "List-Id: <list.example.net>\n"]
)
def test_a_program_s_header_is_enough(more: str) -> None:
    assert tell(returns.answer(more=more), AT_REPLY, "mari@example.net").kind is Kind.AUTOMATIC


def test_auto_submitted_no_is_a_person() -> None:
    assert tell(returns.answer(more="Auto-Submitted: no\n"), AT_REPLY, "mari@example.net").kind is Kind.ANSWER


def test_who_forwards_a_bounce_to_us_as_a_person_is_a_person() -> None:
    content = sample("wrapped").replace(b"gateway@example.net", b"mari@example.net").replace(b"Undeliverable", b"What is this?")
    told = tell(content, AT_REPLY, "mari@example.net")
    assert told.kind is Kind.ANSWER
    assert told.text == "Passed on by the gateway."


def test_a_calendar_s_answer_is_found_once_though_it_is_enclosed_twice() -> None:
    told = tell(returns.calendar_reply(), AT_REPLY, "mari@example.org")
    assert told.kind is Kind.CALENDAR
    (one,) = told.calendars
    assert b"METHOD:REPLY" in one


def test_any_letter_to_leave_is_a_wish_to_leave() -> None:
    told = tell(returns.answer(subject="unsubscribe"), Entrance(Door.LEAVE, TOKEN), "mari@example.net")
    assert (told.kind, told.names) == (Kind.LEAVE, (TOKEN,))


def test_an_answer_in_html_alone_is_read_as_text() -> None:
    content = b"From: m@example.net\r\nContent-Type: text/html\r\n\r\n<head><style>p{}</style></head><p>Tere &amp; <b>head</b></p><p>p\xc3\xa4eva</p>"
    assert tell(content, AT_REPLY, "m@example.net").text == "Tere & head\npäeva"


def test_an_answer_names_the_letter_it_answers_and_what_is_enclosed() -> None:
    content = returns.crlf(f"""
From: m@example.net
In-Reply-To: <{TOKEN}.1795338000@mail.kutse.example.org>
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: text/plain

Vaata manust
--x
Content-Type: application/pdf; name="=?utf-8?Q?p=C3=A4evakava.pdf?="
Content-Disposition: attachment

PDF
--x--
""")
    told = tell(content, AT_REPLY, "m@example.net")
    assert (told.names, told.files) == ((TOKEN,), ("päevakava.pdf",))


_WRAPPED = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"

# What somebody may send who wishes us ill. Each is read within the test's time-out and raises nothing.
HOSTILE = {
    "nothing": b"",
    "only line ends": b"\r\n" * 100_000,
    "zeros": b"\0" * 100_000,
    "one endless line": b"x" * 5_000_000,
    "one endless field": b"Subject: " + b"x" * 3_000_000,
    "a million fields": b"X: y\r\n" * 500_000,
    "nested multiparts": b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(20_000)),
    "nested messages": b"Content-Type: message/rfc822\r\n\r\n" * 50_000,
    "one boundary for all": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 30_000,
    "boundaries without parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 300_000,
    "unclosed tags": b"Content-Type: text/html\r\n\r\n" + b"<style><a " * 200_000,
    "unclosed quotes": b"Content-Type: text/plain" + b'; a="' * 50_000 + b"\r\n\r\nx",
    "encoded words": b"Subject: " + b"=?utf-8?B?" * 20_000 + b"\r\n\r\nx",
    "dashes": b"From: mailer-daemon@x\r\nSubject: failure notice\r\n\r\n" + b"-" * 1_000_000,
    "codes": b"From: mailer-daemon@x\r\nSubject: failure notice\r\n\r\n" + b"550 5.1." * 100_000,
    "addresses": b"From: mailer-daemon@x\r\nSubject: failure notice\r\n\r\n" + b"a." * 500_000 + b"@",
    "a hostile charset": b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"-a" * 500_000,
    "base64 that is none": b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A" * 100_001 + b"=?*" * 100,
    "status without end": b"Content-Type: message/delivery-status\r\n\r\n" + b"Final-Recipient: rfc822; a@b\r\n" * 200_000,
    "zeros in fields": b'Subject: a\0b\r\nFrom: \0\0@x\r\nContent-Type: text/plain; charset="\0"\r\n\r\n\0',
    "a hundred thousand parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000,
    "a field of ten megabytes": b"To: " + b"a" * 10_000_000 + b"\r\n\r\nx",
    "a field of half a million lines": b"To: " + b"a\r\n " * 500_000 + b"\r\n\r\nx",
    "many fields of addresses": (b"To: " + b"a" * 19_000 + b"\r\n") * 110,
    "brackets in brackets": b"From: " + b"(" * 19_000 + b"\r\n\r\nx",
    "a message in base64 in base64": _WRAPPED + base64.encodebytes(_WRAPPED + base64.encodebytes(b"Subject: x\r\n\r\n" + b"x" * 500_000)),
    "charsets that are none": b"".join(
        b"Subject: =?%s?B?/////w==?=\r\n" % name for name in (b"utf-7", b"idna", b"zlib", b"hex", b"../etc") * 200
    ),
    "boundaries in pieces (RFC 2231)": b"Content-Type: multipart/mixed"
    + b"".join(b"; boundary*%d=x" % n for n in range(100_000))
    + b"\r\n\r\nx",
    "names in pieces (RFC 2231)": b"Content-Disposition: attachment"
    + b"".join(b"; filename*%d*=%%FF" % n for n in range(100_000))
    + b"\r\n\r\nx",
    "replies without end": b"From: mailer-daemon@x\r\nSubject: failure notice\r\n\r\n"
    + (b"550 " + b"x" * 499 + b"\n " + b"y" * 300) * 3000,
    "words without end": b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\nDiagnostic-Code: smtp; 550 "
    + b"mailbox a " * 100_000,
    "surrogates": b"Subject: \xed\xa0\x80\xff\xfe\r\n\r\n\xed\xa0\x80",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.timeout(20)
def test_hostile_mail_is_read_in_time_and_raises_nothing(content: bytes) -> None:
    for entrance in (AT_BOUNCE, AT_REPLY, AT_DESK):
        told = tell(content, entrance)
        assert len(told.text) <= 20_000
        assert "\0" not in told.text + told.subject + told.sender
        told.text.encode()
        for notice in told.notices:
            classify(status=notice.status, words=notice.words)


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.timeout(20)
def test_the_envelope_of_hostile_mail_from_a_mailbox_is_read_in_time(content: bytes, keys: Keys, tmp_path: Path) -> None:
    began = time.thread_time()
    poll._envelope(content)
    assert time.thread_time() - began < 1


_PIECES = [path.read_bytes() for path in SAMPLES.glob("*.eml")] + [returns.calendar_reply(), returns.answer()]


@given(st.data())
@settings(max_examples=100)
def test_no_message_makes_the_reader_stumble(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(_PIECES)))
    for _ in range(data.draw(st.integers(0, 12))):
        start = data.draw(st.integers(0, len(raw)))
        change = data.draw(
            st.one_of(
                st.binary(max_size=20), st.sampled_from([b"\r\n", b"\n\n", b"--B\r\n", b"Content-Type: message/rfc822\r\n\r\n", b"=?x?B?"])
            )
        )
        raw[start : start + data.draw(st.integers(0, 60))] = change
    told = tell(bytes(raw), data.draw(st.sampled_from([AT_BOUNCE, AT_DESK, AT_REPLY])), data.draw(st.sampled_from(["", "m@example.net"])))
    for text in (
        told.text,
        told.subject,
        told.sender,
        told.sender_name,
        told.message_id,
        *told.files,
        *(one.words for one in told.notices),
    ):
        assert "\0" not in text
        text.encode()


@given(st.binary(max_size=2000))
def test_a_message_of_one_part_keeps_its_bytes(body: bytes) -> None:
    assert mime.read(b"Subject: x\r\n\r\n" + body).content == body
