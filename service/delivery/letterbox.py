"""From a claimed row to bytes for one connection: the compiled letters of the moment, and what each copy adds."""

from __future__ import annotations

import base64
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import msgspec
import structlog

from service.delivery import dkim, headers
from service.delivery.claim import Claimed
from service.delivery.compile import Frame, Skeleton, To
from service.delivery.headers import UnableToSend
from service.delivery.return_path import ReturnPath
from service.delivery.session import Message
from service.delivery.signing import Signed, Signing
from service.delivery.smtp import Abilities
from service.letters import greeting
from service.letters.letter import Attachment, Letter
from service.letters.links import Links
from service.persistence.engine import connection

log = structlog.get_logger()

_KEPT = 200


class NotAtHand(Exception):
    """The letter of a copy was fetched and has made room for others since; a copy's row is never without its letter."""


@dataclass(frozen=True, slots=True)
class _Kept:
    skeleton: Skeleton
    language: str
    list_id: str | None
    stamp: str
    signed: Signed


class Letterbox:
    """Writes copies, and has them signed. `links` and `returns` sign what goes into them."""

    def __init__(self, *, links: Links, returns: ReturnPath) -> None:
        self._links, self._returns, self._signing = links, returns, Signing(returns.keys)
        self._kept: OrderedDict[int, _Kept | UnableToSend] = OrderedDict()
        self._date = (0, "")

    async def mute(self) -> Collection[str]:
        """The domains whose letters must not be claimed now, because they should be signed and cannot be."""
        return await self._signing.mute()

    async def fetch(self, copies: Iterable[Claimed], *, beside: Collection[int] = ()) -> None:
        """Load and compile the letters of these copies that are not at hand yet; those with the ids `beside` are needed as well."""
        wanted = {copy.letter_id for copy in copies}
        missing = wanted - self._kept.keys()
        if not missing:
            return
        async with connection() as raw:
            rows = await raw.fetch(_LETTERS, list(missing))
        for row in rows:
            self._kept[row["id"]] = _kept(row)
        wanted.update(beside)
        for letter_id in wanted & self._kept.keys():
            self._kept.move_to_end(letter_id)
        while len(self._kept) > _KEPT + len(wanted):
            self._kept.popitem(last=False)

    def write(self, copy: Claimed, abilities: Abilities) -> Message:
        """One copy as this server takes it; raises UnableToSend with the reason in words, NotAtHand when its letter must be fetched again."""
        kept = self._kept.get(copy.letter_id)
        if kept is None:
            raise NotAtHand
        if isinstance(kept, UnableToSend):
            raise kept
        recipient = headers.wire_address(copy.address, utf8=abilities.smtputf8)
        token = self._returns.token(copy.id)
        head, body = kept.skeleton.splice(self._to(copy, kept, token), utf8=abilities.smtputf8)
        octets = len(head) + sum(map(len, body))
        if 0 < abilities.size < octets + (dkim.ROOM if self._signing.signs(kept.signed) else 0):
            raise UnableToSend("5.3.4", f"The letter has {octets} octets, and the relay takes {abilities.size}.")
        signature = self._signing.begin(kept.signed, head, body)
        parameters = "" if recipient.isascii() else " BODY=8BITMIME SMTPUTF8"
        envelope = f"MAIL FROM:<bounce+{token}@{self._returns.domain}>{parameters}\r\nRCPT TO:<{recipient}>\r\nDATA\r\n"
        return Message(copy=copy, envelope=envelope.encode(), content=(head, *body), signature=signature)

    def _to(self, copy: Claimed, kept: _Kept, token: str) -> To:
        one_click = leave = None
        if copy.person_id is not None and kept.list_id is not None:
            one_click = self._links.unsubscribe(person_id=copy.person_id, list_id=kept.list_id)
            leave = f"leave+{token}@{self._returns.domain}"
        return To(
            address=copy.address,
            name=copy.name,
            message_id=f"{token}.{kept.stamp}@{self._returns.domain}",  # signed: what comes back may have lost the envelope sender
            date=self._now(),
            values=self._values(copy, kept, one_click),
            one_click=one_click,
            leave=leave,
        )

    def _values(self, copy: Claimed, kept: _Kept, one_click: str | None) -> dict[str, str]:
        """The copy's own values and those that are made here; without a person the links lead to the site."""
        values = {**copy.slots, "name": copy.name}
        if "greeting" in kept.skeleton.names:
            values["greeting"] = greeting.of(name=copy.name, language=kept.language)
        if "unsubscribe_url" in kept.skeleton.names:
            values["unsubscribe_url"] = one_click or self._preferences(copy)
        if "preferences_url" in kept.skeleton.names:
            values["preferences_url"] = self._preferences(copy)
        return values

    def _preferences(self, copy: Claimed) -> str:
        return self._links.site_url if copy.person_id is None else self._links.preferences(person_id=copy.person_id)

    def _now(self) -> str:
        second = int(time.time())
        if self._date[0] != second:
            self._date = (second, format_datetime(datetime.fromtimestamp(second, UTC)))  # +0000: RFC 5322 §3.3
        return self._date[1]


def _kept(row: Any) -> _Kept | UnableToSend:
    try:
        return _compiled(row)
    except UnableToSend as error:
        return error
    except Exception:  # a defect of ours must not stop the letters behind this one
        log.exception("letter_not_compiled", letter=row["id"])
        return UnableToSend("5.3.0", "Kutse could not compile this letter; its log says why.")


def _compiled(row: Any) -> _Kept:
    attachments = tuple(
        Attachment(one["filename"], one["media_type"], base64.b64decode(one["content"])) for one in msgspec.json.decode(row["attachments"])
    )
    names = ("language", "subject", "preheader", "text", "html", "calendar", "method")
    letter = Letter(**{name: row[name] for name in names}, attachments=attachments)
    news = row["kind"] == "news"
    frame = Frame(
        kind=row["kind"],
        sender_name=row["sender_name"],
        sender_address=row["sender_address"],
        reply_to=row["reply_to"],
        list_id=row["list_id"],
        feedback_id=f"{row['dispatch_id']}:{row['slug']}:news:kutse" if news else None,
    )
    skeleton = Skeleton(letter, frame)
    signed = Signed(sender=frame.sender_address, constant=skeleton.head)
    return _Kept(skeleton, row["language"], row["list_id"], f"{int(row['created_at'].timestamp())}", signed)


_LETTERS = """
SELECT letter.*, dispatch.kind, dispatch.list_id, dispatch.sender_name, dispatch.sender_address, dispatch.reply_to, dispatch.created_at, cluster.slug
FROM letter JOIN dispatch ON dispatch.id = letter.dispatch_id JOIN cluster ON cluster.id = dispatch.cluster_id
WHERE letter.id = ANY($1)
"""
