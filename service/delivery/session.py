"""The transactions of one connection: MAIL, RCPT, DATA, the body; one copy after the other, pipelined where the server allows it.

With PIPELINING the next copy's envelope follows a body's final dot in the same write (RFC 2920 §3.1), so that a copy costs one round trip; its own
body starts only when the dot was answered, the answer was told to the road (which journals it), and the road says that the copy is still good.
Everything here is callbacks on the loop: no task switches between two copies.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from service.delivery.claim import Claimed
from service.delivery.replies import Garbage, Reader
from service.delivery.smtp import Abilities
from service.delivery.verdict import CLOSING, Reply, Stage

_DOT_SECONDS = 600  # RFC 5321 §4.5.3.2.6: a server may think that long about a message
_IDLE_SECONDS = 30
_QUIT_SECONDS = 5
_UNSIGNED = Reply(451, "4.3.0 Kutse could not sign this letter; its log says why.")


@dataclass(slots=True)
class Message:
    """A copy ready for the wire. `envelope`: three lines, MAIL, RCPT and DATA. `content` ends with CRLF, and no line of it begins with a dot; `signature`
    goes before it, once it is made.

    `checked`: when the database last said that it may go (the loop's seconds). `refused`: the server won't have it.
    """

    copy: Claimed
    envelope: bytes
    content: tuple[bytes, ...]
    signature: asyncio.Future[bytes] | None = None
    checked: float = 0.0
    refused: bool = False


class Road(Protocol):
    """What a session asks and tells; none of it waits."""

    def take(self, abilities: Abilities) -> Message | None:
        """The next copy to offer, if there is one."""

    def may_start(self, message: Message) -> bool:
        """Whether this copy is known to be still ours to send; when not, the road asks and calls `proceed`."""

    def answered(self, message: Message, stage: Stage, reply: Reply) -> None:
        """The end of a copy on this connection."""

    def returned(self, message: Message) -> None:
        """A copy that was offered, not begun and not refused."""


class Session(asyncio.Protocol):
    """One connection. `closed` is done when it is over; `accepted` counts the copies the server took; `lost`: it ended with work under way."""

    def __init__(self, *, road: Road, abilities: Abilities, limit: int, timeout: int) -> None:
        self.abilities = abilities
        self.accepted = 0
        self.lost: Reply | None = None
        self._road, self._limit, self._timeout = road, limit, timeout
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = self._loop.create_future()
        self._reader = Reader()
        self._expected: deque[tuple[Stage | str, Message | None]] = deque()
        self._unsent: deque[tuple[Stage | str, Message | None, bytes]] = deque()
        self._waiting: Message | None = None
        self._offered = 0
        self._reset = False
        self._leaving = False
        self._end = "the server closed the connection"
        self._deadline = self._loop.time() + _IDLE_SECONDS

    def begin(self, transport: asyncio.Transport) -> None:
        """Take over a connection that is past AUTH."""
        self._transport = transport
        transport.set_write_buffer_limits(
            high=0
        )  # uvloop then writes at once, not when all that is ready in this turn of the loop has been heard
        transport.set_protocol(self)
        self.advance()

    @property
    def idle(self) -> bool:
        """Nothing is under way."""
        return not self._expected and self._waiting is None

    def advance(self) -> None:
        """Offer the next copy, when nothing is under way."""
        if not self.idle or self._leaving:
            return
        if self._offered >= self._limit:
            self.quit()
        elif (message := self._road.take(self.abilities)) is not None:
            self._write((), message)
            self._await_next()

    def quit(self) -> None:
        """Part in peace once nothing is under way."""
        if self.idle and not self._leaving:
            self._leaving = True
            self._expected.append(("quit", None))
            self._transport.write(b"QUIT\r\n")
            self._deadline = self._loop.time() + _QUIT_SECONDS

    def proceed(self, *, allowed: bool) -> None:
        """The road's answer about a copy that had to be asked for: begin its body, or drop the connection, which undoes the envelope.

        A copy that is not allowed is no longer ours: the road has let go of it."""
        message, self._waiting = self._waiting, None
        if message is None:
            return
        if allowed:
            self._body(message)
        else:
            self._drop("dropped by us before the body")

    def abort(self) -> None:
        """End it now; what is between dot and reply is tried again."""
        self._drop("given up while the server was thinking")

    def tick(self, now: float) -> None:
        """Called every second: ends what has waited too long. `now` is the loop's time."""
        if now < self._deadline or self._waiting is not None:
            return
        if self.idle:
            self.quit()
        else:
            self._drop("no reply in time")

    def data_received(self, data: bytes) -> None:
        """Replies, in the order of what was asked; patience begins anew with a whole one, so that a server that drips gains nothing."""
        heard = False
        try:
            for reply in self._reader.feed(data):
                heard = True
                self._reply(reply)
        except Garbage as garbage:
            self._drop(str(garbage))
            return
        if not heard:
            return
        if not self.idle:
            self._await_next()
        elif self._leaving:
            self._transport.close()
        else:
            self._deadline = self._loop.time() + _IDLE_SECONDS
            self.advance()

    def connection_lost(self, exc: Exception | None) -> None:
        """What was between dot and reply has an unknown end and is tried again; what was only offered goes back."""
        self._leaving = True
        lost = Reply(0, f"{self._end} ({exc})" if exc else self._end)
        unanswered = {id(message): (stage, message) for stage, message in reversed(self._expected) if message is not None}
        expected = [(stage, message) for stage, message in reversed(unanswered.values()) if not message.refused]
        self.lost = lost if expected else None
        self._expected.clear()
        if self._waiting is not None:
            self._road.returned(self._waiting)
            self._waiting = None
        for place, (stage, message) in enumerate(expected):
            if place == 0 and stage in (Stage.RCPT, Stage.DATA, Stage.DOT):
                self._road.answered(message, Stage(stage), lost)
            else:
                self._road.returned(message)
        if not self.closed.done():
            self.closed.set_result(None)

    def _reply(self, reply: Reply) -> None:
        if not self._expected:
            self._drop(f"the server said: {reply}")
            return
        stage, message = self._expected.popleft()
        if reply.code == CLOSING:
            self._leaving, self._end = True, f"the server said: {reply}"
        if stage is Stage.DOT and message is not None:
            self.accepted += 200 <= reply.code < 300
            self._road.answered(message, Stage.DOT, reply)
        elif stage is Stage.DATA and message is not None:
            self._on_data(message, reply)
        elif isinstance(stage, Stage) and message is not None:
            self._on_envelope(stage, message, reply)
        elif stage == "quit":
            self._transport.close()
        if not self._expected and self._waiting is None:
            self._next_command()

    def _on_envelope(self, stage: Stage, message: Message, reply: Reply) -> None:
        if not (200 <= reply.code < 300 or message.refused):
            self._refuse(stage, message, reply)

    def _on_data(self, message: Message, reply: Reply) -> None:
        if reply.code != 354:
            self._no_data(message, reply)
        elif message.refused:
            self._expected.append(("void", message))
            self._transport.write(b".\r\n")
        elif self._leaving:
            self._road.returned(message)
        elif message.signature is None or message.signature.done():
            self._start(message)
        else:
            self._waiting = message
            message.signature.add_done_callback(lambda _: self._signed(message))

    def _no_data(self, message: Message, reply: Reply) -> None:
        """No body goes out; a server that says yes to DATA without asking for it is not spoken to any further."""
        self._reset = True
        if not message.refused:
            self._refuse(Stage.DATA, message, reply)
        if 200 <= reply.code < 300:
            self._drop(f"the server said to DATA: {reply}")

    def _signed(self, message: Message) -> None:
        """Its body starts now, unless the connection has ended meanwhile."""
        if self._waiting is message:
            self._waiting = None
            self._start(message)

    def _start(self, message: Message) -> None:
        if message.signature is not None and not message.signature.result():
            self._road.answered(message, Stage.DATA, _UNSIGNED)
            self._drop(_UNSIGNED.text)
        elif self._road.may_start(message):
            self._body(message)
        else:
            self._waiting = message

    def _refuse(self, stage: Stage, message: Message, reply: Reply) -> None:
        message.refused = True
        self._reset = True
        self._unsent.clear()
        self._road.answered(message, stage, reply)

    def _body(self, message: Message) -> None:
        self._expected.append((Stage.DOT, message))
        content = (message.signature.result() if message.signature else b"", *message.content, b".\r\n")
        pipeline = self.abilities.pipelining and not self._leaving and self._offered < self._limit
        following = self._road.take(self.abilities) if pipeline else None
        if following is None:
            self._transport.write(b"".join(content))
        else:
            self._write(content, following)
        self._await_next()

    def _write(self, before: tuple[bytes, ...], message: Message) -> None:
        """What is due before it, then this copy's envelope: in one write, or a command at a time."""
        self._offered += 1
        reset, self._reset = self._reset, False
        if self.abilities.pipelining:
            if reset:
                self._expected.append(("rset", None))
            self._expected += ((Stage.MAIL, message), (Stage.RCPT, message), (Stage.DATA, message))
            self._transport.write(b"".join((*before, b"RSET\r\n" if reset else b"", message.envelope)))
        else:
            if reset:
                self._unsent.append(("rset", None, b"RSET\r\n"))
            commands = message.envelope.splitlines(keepends=True)
            self._unsent.extend((stage, message, command) for stage, command in zip(_ENVELOPE, commands, strict=True))
            self._next_command()

    def _await_next(self) -> None:
        """Set the patience for the reply that is due next."""
        dot = bool(self._expected) and self._expected[0][0] is Stage.DOT
        self._deadline = self._loop.time() + (_DOT_SECONDS if dot else self._timeout)

    def _next_command(self) -> None:
        if self._unsent and not self._leaving:
            stage, message, command = self._unsent.popleft()
            self._expected.append((stage, message))
            self._transport.write(command)
            self._deadline = self._loop.time() + self._timeout

    def _drop(self, why: str) -> None:
        self._leaving, self._end = True, why
        self._transport.abort()


_ENVELOPE = (Stage.MAIL, Stage.RCPT, Stage.DATA)
