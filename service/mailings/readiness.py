"""Whether a mailing can be scheduled: who would get what, and everything that is in the way, said at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.clusters.tables import Cluster
from service.errors import Problem, Refused
from service.languages.locales import AUTONYMS
from service.letters.links import Links
from service.mailings import audience, content, editions, gathering, headcount, reach, rendering
from service.mailings.editions import Written
from service.mailings.reach import Reach
from service.mailings.tables import Mailing


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the way. `language`: of the edition it is in, None for the mailing as a whole."""

    problem: Problem
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What was found out about a mailing as it stands."""

    written: Mapping[str, Written]
    reach: Reach
    findings: tuple[Finding, ...]

    def refuse_unless_ready(self) -> None:
        """Raises Refused with every finding."""
        if self.findings:
            raise Refused.all(finding.problem for finding in self.findings)


async def of(*, cluster: Cluster, mailing: Mailing, fallback: Mapping[str, str | None], links: Links, now: datetime) -> Readiness:
    """Look at all editions and count the audience. `fallback`: what is decided, or being chosen, about languages without an edition."""
    written = await editions.of(mailing_id=mailing.id)
    people = await headcount.per_language(audience.readers(topic_id=mailing.topic_id))
    shares = reach.allot(people=people, written=written, fallback=fallback)
    found = [*_in_mailing(written, shares), *_in_editions(written)]
    found += await _too_large(cluster, mailing, written, links, now)
    return Readiness(written, shares, tuple(found))


def _in_mailing(written: Mapping[str, Written], shares: Reach) -> Iterator[Finding]:
    if not written:
        yield Finding(Problem("Nothing is written yet. Write at least one edition."))
    if not shares.people:
        yield Finding(Problem("Nobody reads this topic yet, so there is nobody to send it to."))
    elif written and not shares.gets_it and not shares.undecided:
        yield Finding(Problem("Nobody would get it: everybody who reads this topic is left out."))
    for share in shares.undecided if written else ():
        problem = Problem(
            "Decide what the people who read {language} get: there is no edition for them.",
            f"fallback.{share.language}",
            {"language": AUTONYMS.get(share.language, share.language)},
        )
        yield Finding(problem)


def _in_editions(written: Mapping[str, Written]) -> Iterator[Finding]:
    for language, one in written.items():
        for problem in content.problems(one.content):
            yield Finding(problem, language)


async def _too_large(cluster: Cluster, mailing: Mailing, written: Mapping[str, Written], links: Links, now: datetime) -> list[Finding]:
    gathered = await gathering.gather(cluster=cluster, mailing=mailing, contents=[one.content for one in written.values()], now=now)
    found = []
    for language, one in written.items():
        try:
            (await rendering.letter(words=one.content, language=language, gathered=gathered, links=links)).refuse_if_clipped()
        except Refused as error:
            found.append(Finding(error.problem, language))
    return found
