"""What a worker has claimed and not offered yet, by kind; short on purpose, so that what has changed in the database counts soon.

The batch grows while the wire is faster than the claims and shrinks when copies lie here until their check is old. A long one is filled up in pieces, so that a
disk that takes its time over a claim does not stop the wire.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from itertools import islice

from service.delivery import destinations
from service.delivery.claim import Claimed

FRESH_SECONDS = 0.3
"""A body may start this long after the database has said that its copy may go; then it is asked again."""

_LEAST, _MOST, _PIECE = 16, 750, 250


class Ready:
    """The claimed copies of one kind with the moment at which they were last known to be good (the loop's seconds)."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Claimed, float]] = deque()
        self._batch = _LEAST
        self._is_slow = False
        self.dry = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def room(self) -> int:
        """How many to claim now; 0 while enough lie here."""
        return self._batch - len(self._waiting) if len(self._waiting) <= self._low else 0

    @property
    def is_low(self) -> bool:
        """Whether it is time for another claim, and one may find something."""
        return not self.dry and len(self._waiting) <= self._low

    @property
    def _low(self) -> int:
        return max(self._batch // 2, self._batch - _PIECE)

    def add(self, copies: Iterable[Claimed], *, asked: int, found: int, checked: float) -> None:
        """Put in what a claim for `asked` copies has brought of the `found` ones."""
        if len(self._waiting) <= (0 if self._is_slow else self._batch // 4):
            self._batch = min(_MOST, self._batch * 2)
        self._waiting.extend((copy, checked) for copy in copies)
        self.dry = found < asked

    def take(self, now: float) -> tuple[Claimed, float] | None:
        """The next one, unless its check is old."""
        if not self._waiting or now - self._waiting[0][1] > FRESH_SECONDS:
            return None
        return self._waiting.popleft()

    def following(self, count: int) -> Iterable[Claimed]:
        """Those whose turn comes next, at most so many."""
        return (copy for copy, _ in islice(self._waiting, count))

    def put_back(self, copy: Claimed, checked: float) -> None:
        """It was offered and not begun: it is the next again."""
        self._waiting.appendleft((copy, checked))

    def withdraw(self, destination: Collection[str]) -> list[Claimed]:
        """Take out those that go to these destinations."""
        out = [copy for copy, _ in self._waiting if destinations.of(copy.address) in destination]
        gone = {copy.id for copy in out}
        self._waiting = deque(one for one in self._waiting if one[0].id not in gone)
        return out

    def leave(self, lease: int) -> None:
        """Only what was claimed under this lease stays."""
        self._waiting = deque(one for one in self._waiting if one[0].lease == lease)
        self.dry = False

    def is_stale(self, now: float) -> bool:
        """Whether the next one must be asked for again."""
        return bool(self._waiting) and now - self._waiting[0][1] > FRESH_SECONDS

    def letters(self) -> set[int]:
        """The ids of their letters."""
        return {copy.letter_id for copy, _ in self._waiting}

    def ids(self) -> list[int]:
        """All that lie here."""
        return [copy.id for copy, _ in self._waiting]

    def keep(self, good: set[int], *, asked: set[int], checked: float) -> None:
        """Of those that were asked for, only the good ones stay; the batch was too long for this wire, and grows with more care from now on."""
        self._batch, self._is_slow = max(_LEAST, self._batch // 2), True
        self._waiting = deque(
            (copy, checked if copy.id in asked else old) for copy, old in self._waiting if copy.id not in asked or copy.id in good
        )

    def clear(self) -> None:
        """Nothing lies here any more."""
        self._waiting.clear()
        self.dry = False
