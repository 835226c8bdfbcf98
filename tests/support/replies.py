"""What the calendars of the field send when somebody presses a button. Names and addresses are made up, the shapes are theirs."""

from __future__ import annotations

from dataclasses import dataclass

from tests.support.returns import crlf

CLIENTS = ("google", "outlook", "apple", "thunderbird")


@dataclass(frozen=True)
class Press:
    """A button pressed. `day`: the line of RECURRENCE-ID when one day is answered; `starts`, `ends`: another time, for a COUNTER."""

    uid: str
    organizer: str
    attendee: str = "mari1@example.org"
    partstat: str = "ACCEPTED"
    sequence: int = 0
    stamp: str = "20261122T091500Z"
    day: str = ""
    comment: str = ""
    starts: str = "20261222T090000Z"
    ends: str = "20261222T110000Z"
    method: str = "REPLY"


def content(press: Press, client: str = "google") -> bytes:
    """The message as `client` builds it."""
    return {"google": _google, "outlook": _outlook, "apple": _apple, "thunderbird": _thunderbird}[client](press)


def _google(p: Press) -> bytes:
    """The answer twice, in the alternative and as a file; the comment in a parameter; invite.ics."""
    said = f';X-RESPONSE-COMMENT="{p.comment}"' if p.comment else ""
    ics = _folded(
        *("BEGIN:VCALENDAR", "PRODID:-//Google Inc//Google Calendar 70.9054//EN", "VERSION:2.0", "CALSCALE:GREGORIAN", f"METHOD:{p.method}"),
        *("BEGIN:VEVENT", f"DTSTART:{p.starts}", f"DTEND:{p.ends}", f"DTSTAMP:{p.stamp}", f"ORGANIZER;CN={p.organizer}:mailto:{p.organizer}"),
        *(f"UID:{p.uid}", f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={p.partstat};CN=Mari Ma\n asikas;X-NUM-GUESTS=0{said}:mailto:{p.attendee}"),
        *filter(None, (p.day, "CREATED:20261120T100000Z", "LAST-MODIFIED:20261122T091459Z", f"SEQUENCE:{p.sequence}", "STATUS:CONFIRMED")),
        *("SUMMARY:Strateegiaseminar", "TRANSP:OPAQUE", "END:VEVENT", "END:VCALENDAR"),
    )  # fmt: skip
    return crlf(f"""
From: Mari Maasikas <{p.attendee}>
Subject: Accepted: Strateegiaseminar @ Tue Dec 22, 2026
Message-ID: <calendar-{p.stamp}-{p.partstat}-{p.method}@google.example.com>
Auto-Submitted: auto-generated
Sender: Google Calendar <calendar-notification@google.example.com>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="000000000000a1b2"

--000000000000a1b2
Content-Type: multipart/alternative; boundary="000000000000c3d4"

--000000000000c3d4
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes

Mari Maasikas has answered this invitation.

--000000000000c3d4
Content-Type: text/calendar; charset="UTF-8"; method={p.method}
Content-Transfer-Encoding: 7bit

{ics}
--000000000000c3d4--
--000000000000a1b2
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: 7bit

{ics}
--000000000000a1b2--
""")


def _outlook(p: Press) -> bytes:
    """Zones under Windows names, MAILTO in capitals, no ORGANIZER, the comment as text."""
    ics = _folded(
        *("BEGIN:VCALENDAR", f"METHOD:{p.method}", "PRODID:Microsoft Exchange Server 2010", "VERSION:2.0", "BEGIN:VTIMEZONE"),
        *("TZID:FLE Standard Time", "BEGIN:STANDARD", "DTSTART:16010101T040000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0200"),
        *("RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD", "BEGIN:DAYLIGHT", "DTSTART:16010101T030000"),
        *("TZOFFSETFROM:+0200", "TZOFFSETTO:+0300", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT", "END:VTIMEZONE"),
        *("BEGIN:VEVENT", f"ATTENDEE;PARTSTAT={p.partstat};CN=Maasikas Mari:MAILTO:{p.attendee.upper()}", f"COMMENT;LANGUAGE=et-EE:{p.comment}\\n"),
        *filter(None, (f"UID:{p.uid}", p.day, "SUMMARY;LANGUAGE=et-EE:Accepted: Strateegiaseminar", f"DTSTART:{p.starts}", f"DTEND:{p.ends}")),
        *("CLASS:PUBLIC", "PRIORITY:5", f"DTSTAMP:{p.stamp}", "TRANSP:OPAQUE", "STATUS:CONFIRMED", f"SEQUENCE:{p.sequence}"),
        *("LOCATION;LANGUAGE=et-EE:Narva", "X-MICROSOFT-CDO-APPT-SEQUENCE:0", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY", "X-MICROSOFT-DISALLOW-COUNTER:FALSE"),
        *("END:VEVENT", "END:VCALENDAR"),
    )  # fmt: skip
    return crlf(f"""
From: Maasikas Mari <{p.attendee}>
Subject: Accepted: Strateegiaseminar
Message-ID: <{p.stamp}{p.partstat}{p.method}@prod.outlook.example.com>
X-MS-Has-Attach:
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="_000_AM0PR"

--_000_AM0PR
Content-Type: text/plain; charset="iso-8859-1"
Content-Transfer-Encoding: quoted-printable

=0A
--_000_AM0PR
Content-Type: text/calendar; charset="utf-8"; method={p.method}

{ics}
--_000_AM0PR--
""")


def _apple(p: Press) -> bytes:
    """A single part besides the words; no SEQUENCE when it is the first; EMAIL as a parameter."""
    ics = _folded(
        *("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Apple Inc.//macOS 14.5//EN", f"METHOD:{p.method}", "CALSCALE:GREGORIAN", "BEGIN:VEVENT"),
        *(f"ORGANIZER;CN=\"Ida-Viru Loomeklaster\":mailto:{p.organizer}", f"DTEND:{p.ends}", "TRANSP:OPAQUE", f"UID:{p.uid}", f"DTSTAMP:{p.stamp}"),
        *filter(None, (p.day, f"SEQUENCE:{p.sequence}" if p.sequence else "", "SUMMARY:Strateegiaseminar", f"DTSTART:{p.starts}", p.comment and f"COMMENT:{p.comment}")),
        *(f"ATTENDEE;CN=Mari;CUTYPE=INDIVIDUAL;EMAIL={p.attendee};PARTSTAT={p.partstat}:mailto:{p.attendee}", "END:VEVENT", "END:VCALENDAR"),
    )  # fmt: skip
    return crlf(f"""
From: Mari <{p.attendee}>
Content-Type: multipart/mixed; boundary="Apple-Mail=_1"
Subject: Mari accepted "Strateegiaseminar"
Message-Id: <{p.stamp}-{p.partstat}-{p.method}@mail.apple.example.com>
Mime-Version: 1.0 (Mac OS X Mail 16.0)

--Apple-Mail=_1
Content-Type: text/plain; charset=us-ascii


--Apple-Mail=_1
Content-Disposition: attachment; filename=iCal-20261122-111500.ics
Content-Type: text/calendar; charset=utf-8; x-unix-mode=0644; name="iCal-20261122-111500.ics"; method={p.method}
Content-Transfer-Encoding: quoted-printable

{ics.replace("=", "=3D")}
--Apple-Mail=_1--
""")


def _thunderbird(p: Press) -> bytes:
    """RSVP kept, the comment as COMMENT, X-MOZ lines."""
    ics = _folded(
        *("BEGIN:VCALENDAR", "PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN", "VERSION:2.0", f"METHOD:{p.method}", "BEGIN:VEVENT"),
        *("CREATED:20261120T100000Z", "LAST-MODIFIED:20261122T091500Z", f"DTSTAMP:{p.stamp}", f"UID:{p.uid}", "SUMMARY:Strateegiaseminar"),
        *(f"ORGANIZER;CN=Ida-Viru Loomeklaster:mailto:{p.organizer}", f"ATTENDEE;RSVP=TRUE;CN=Mari;PARTSTAT={p.partstat};ROLE=REQ-PARTICIPANT:mailto:{p.attendee}"),
        *filter(None, (p.day, f"DTSTART:{p.starts}", f"DTEND:{p.ends}", f"SEQUENCE:{p.sequence}", p.comment and f"COMMENT:{p.comment}")),
        *("X-MOZ-RECEIVED-SEQUENCE:0", "X-MOZ-RECEIVED-DTSTAMP:20261122T090000Z", "X-MOZ-INVITED-ATTENDEE:mailto:" + p.attendee, "END:VEVENT", "END:VCALENDAR"),
    )  # fmt: skip
    return crlf(f"""
Message-ID: <{p.stamp}.{p.partstat}.{p.method}@example.org>
From: Mari <{p.attendee}>
Subject: Event Invitation Reply (Accepted): Strateegiaseminar
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="------------tb1"

--------------tb1
Content-Type: multipart/alternative; boundary="------------tb2"

--------------tb2
Content-Type: text/plain; charset=UTF-8

Mari has answered your event invitation.

--------------tb2
Content-Type: text/calendar; charset=UTF-8; method={p.method}
Content-Transfer-Encoding: 8BIT

{ics}
--------------tb2--
--------------tb1
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"

{ics}
--------------tb1--
""")


def _folded(*lines: str) -> str:
    return "\n".join(line if "\n" in line else "\n ".join(line[start : start + 70] for start in range(0, len(line), 70)) for line in lines)
