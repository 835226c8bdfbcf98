"""Who gets which edition ★: people counted per language, against the editions there are and what was decided about the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """The readers of one language. `edition`: the language of the one they get, None: none. `is_decided`: nothing is left to choose."""

    language: str
    people: int
    edition: str | None
    is_decided: bool

    @property
    def has_own(self) -> bool:
        """Whether they get an edition in their language."""
        return self.edition == self.language


@dataclass(frozen=True, slots=True)
class Reach:
    """Everybody of an audience, largest language first."""

    shares: tuple[Share, ...]

    @property
    def people(self) -> int:
        """The whole audience."""
        return sum(share.people for share in self.shares)

    @property
    def gets_it(self) -> int:
        """Those for whom there is an edition."""
        return sum(share.people for share in self.shares if share.edition)

    @property
    def missing(self) -> tuple[Share, ...]:
        """Languages that people read and nobody wrote in."""
        return tuple(share for share in self.shares if not share.has_own)

    @property
    def undecided(self) -> tuple[Share, ...]:
        """The missing ones about which the coordinator has not chosen yet."""
        return tuple(share for share in self.missing if not share.is_decided)


def allot(*, people: Mapping[str, int], written: Collection[str], fallback: Mapping[str, str | None]) -> Reach:
    """`people`: language → how many; `written`: languages with an edition; `fallback`: as on the mailing's row."""
    in_order = sorted(people, key=lambda language: (-people[language], language))
    return Reach(tuple(_share(language, people[language], written, fallback) for language in in_order))


def _share(language: str, people: int, written: Collection[str], fallback: Mapping[str, str | None]) -> Share:
    if language in written:
        return Share(language, people, language, is_decided=True)
    chosen = fallback.get(language)
    if chosen is None:
        return Share(language, people, None, is_decided=language in fallback)
    return Share(language, people, chosen if chosen in written else None, is_decided=chosen in written)
