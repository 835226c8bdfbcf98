"""What came back, in rows.

Personal data: `returned_report.address`, `.final_recipient` and `.words`, kept 24 months, the proof behind a suppression; `returned_answer` from `sender` to
`text`, kept 24 months. Erasing a person empties those of their address. `returned_aside` names a file of the state
folder; both go after 90 days, the row also when 10,000 newer ones have come. `returned_key` holds hashes, kept 90 days.
"""

from __future__ import annotations

from piccolo.columns import JSONB, BigSerial, Bytea, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from service.clusters.tables import Cluster
from service.delivery.tables import Delivery
from service.events.tables import Registration


class Report(Table, tablename="returned_report"):
    """A bounce, a delay or a complaint about one copy. Unique: (delivery, kind, status, final recipient).

    `address`: the one we wrote to, in small letters; `final_recipient`: where it ended, if that differs; `words`: the server's own. `outcome`: suppressed,
    counted, told (it is about us), noted, waiting (a coordinator decides) or decided. `sent_at`: when the letter was handed over. `forgiven_at`: a coordinator lifted the
    suppression, and it counts no more. `told_at`: operators were written to, where it is about us.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    delivery_id = ForeignKey(references=Delivery, null=True, default=None)
    address = Varchar(length=254)
    kind = Varchar(length=10)
    verdict = Varchar(length=10, default="")
    status = Varchar(length=12, default="")
    final_recipient = Varchar(length=254, default="")
    words = Text(default="")
    about = Varchar(length=80, default="")
    channel = Varchar(length=20)
    outcome = Varchar(length=12)
    sent_at = Timestamptz(default=None)
    received_at = Timestamptz(default=None)
    forgiven_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)


class Answer(Table, tablename="returned_answer"):
    """What a person, a program or a calendar answered. `kind`: answer, automatic, calendar.

    `state`: forwarded, kept (`reason` says why it was not forwarded or applied), waiting (a calendar's that is not weighed yet), taken (applied), open (a
    calendar proposes another time, and a coordinator has to look) or handled. `reply`: the calendar's answer; `trust`: why it is believed: token, dmarc, or
    empty when it is not. `registration_id`: whose it is, when it is believed.
    """

    id = BigSerial(primary_key=True)
    cluster_id = ForeignKey(references=Cluster, null=False)
    delivery_id = ForeignKey(references=Delivery, null=True, default=None)
    kind = Varchar(length=10)
    sender = Varchar(length=254)
    sender_name = Varchar(length=120, default="")
    subject = Varchar(length=300, default="")
    text = Text(default="")
    files = JSONB(default="[]")
    sent_to = Varchar(length=254)
    reply = JSONB(null=True, default=None)
    trust = Varchar(length=5, default="")
    state = Varchar(length=10)
    reason = Varchar(length=40, default="")
    registration_id = ForeignKey(references=Registration, null=True, default=None)
    received_at = Timestamptz(default=None)


class Aside(Table, tablename="returned_aside"):
    """What could not be taken in. `file`: its name in the folder `intake-aside` of the state folder, null when there is none."""

    id = BigSerial(primary_key=True)
    reason = Text()
    file = Varchar(length=120, null=True, default=None)
    octets = Integer(default=0)
    channel = Varchar(length=20)
    received_at = Timestamptz(default=None)


class Key(Table, tablename="returned_key"):
    """A message or report that was taken: the SHA-256 of what tells it from others."""

    id = BigSerial(primary_key=True)
    digest = Bytea()
    at = Timestamptz(default=None)
