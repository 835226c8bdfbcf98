"""Copies that were sent, and what mail systems write when one comes back. Addresses and servers are made up, the shapes are real."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.clusters.tables import Cluster
from service.delivery import outbox
from service.delivery.return_path import ReturnPath
from service.letters.links import Links
from service.persistence.engine import connection
from service.persistence.transaction import transaction
from service.returns.reception import Reception
from service.tokens import Keys
from tests.support import delivery, factories

DOMAIN = "mail.kutse.example.org"


def reception(keys: Keys, state: Path, *, authserv_id: str = "") -> Reception:
    """The intake at mail.kutse.example.org."""
    return Reception(
        returns=ReturnPath(keys, DOMAIN),
        links=Links("https://kutse.example.org", keys),
        mail_domain=DOMAIN,
        state=state,
        authserv_id=authserv_id,
    )


@dataclass(frozen=True)
class Sent:
    """A copy that the relay took."""

    id: int
    token: str
    address: str
    person_id: int

    @property
    def bounce(self) -> str:
        """Its envelope sender."""
        return f"bounce+{self.token}@{DOMAIN}"

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return f"<{self.token}.1795338000@{DOMAIN}>"


async def sent(
    *,
    cluster: Cluster,
    keys: Keys,
    now: datetime,
    address: str = "mari@example.net",
    kind: outbox.Kind = outbox.Kind.NEWS,
    list_id: str | None = "newsletter.loomeklaster.kutse.example.org",
    reply: str = "250 2.0.0 Ok: queued as 4F2A",
    about: str = "mailing:7",
) -> Sent:
    """A letter to a person, handed over at `now`."""
    person_id = await _person(cluster, address, now)
    async with transaction():
        dispatch_id = await outbox.post(
            cluster=cluster,
            kind=kind,
            letters=[delivery.letter()],
            copies=[outbox.Copy(address, "et", person_id=person_id)],
            about=about,
            list_id=list_id,
            now=now,
        )
        async with connection() as raw:
            delivery_id = await raw.fetchval(
                "UPDATE delivery SET state = 'sent', settled_at = $2, reply = $3 WHERE dispatch_id = $1 RETURNING id",
                dispatch_id,
                now,
                reply,
            )
            await raw.execute("UPDATE dispatch SET state = 'done' WHERE id = $1", dispatch_id)
    return Sent(delivery_id, ReturnPath(keys, DOMAIN).token(delivery_id), address, person_id)


async def _person(cluster: Cluster, address: str, now: datetime) -> int:
    async with connection() as raw:
        found = await raw.fetchval("SELECT id FROM person WHERE cluster_id = $1 AND lower(address) = lower($2)", cluster.id, address)
    return int(found or (await factories.person(cluster=cluster, now=now, address=address)).id)


def crlf(text: str) -> bytes:
    """As it comes over the wire."""
    return text.lstrip("\n").replace("\n", "\r\n").encode()


def report(
    *,
    status: str = "5.1.1",
    words: str = "550 5.1.1 User unknown",
    final: str = "mari@example.net",
    action: str = "failed",
    message_id: str = "<1@mx.example.net>",
) -> bytes:
    """A plain bounce as RFC 3464 wants it."""
    return crlf(f"""
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Message-ID: {message_id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sun, 22 Nov 2026 09:00:00 +0000

Final-Recipient: rfc822; {final}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--B--
""")


def answer(
    *,
    text: str = "Tere! Kas kohti veel on?",
    sender: str = "Mari Maasikas <mari@example.net>",
    subject: str = "Re: Uudiskiri",
    more: str = "",
    message_id: str = "<a1@example.net>",
) -> bytes:
    """What a person writes back. `more`: further fields, each with its line end."""
    return crlf(f"""
From: {sender}
Subject: {subject}
Message-ID: {message_id}
{more}MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

{text}
""")


def calendar_reply(*, sender: str = "mari@example.org", partstat: str = "ACCEPTED", more: str = "") -> bytes:
    """What a calendar sends when somebody presses a button: the same object inline and enclosed."""
    ics = crlf(f"""
BEGIN:VCALENDAR
PRODID:-//Example//EN
VERSION:2.0
METHOD:REPLY
BEGIN:VEVENT
UID:1-1@kutse.example.org
SEQUENCE:0
DTSTAMP:20261122T091500Z
DTSTART:20261222T090000Z
ATTENDEE;CN=Mari;PARTSTAT={partstat}:mailto:{sender}
SUMMARY:Accepted: Strateegiaseminar
END:VEVENT
END:VCALENDAR
""")
    encoded = base64.encodebytes(ics).decode()
    return crlf(f"""
From: Mari <{sender}>
Subject: Accepted: Strateegiaseminar
Message-ID: <c1@example.org>
{more}MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="M"

--M
Content-Type: multipart/alternative; boundary="A"

--A
Content-Type: text/plain; charset=UTF-8

Mari has accepted this invitation.
--A
Content-Type: text/calendar; charset=UTF-8; method=REPLY
Content-Transfer-Encoding: base64

{encoded}
--A--
--M
Content-Type: application/ics; name="invite.ics"
Content-Disposition: attachment; filename="invite.ics"
Content-Transfer-Encoding: base64

{encoded}
--M--
""")
