"""An edition becomes a letter: its blocks as pieces of HTML with plain twins, in the `newsletter` template, under the cluster's brand."""

from __future__ import annotations

from collections.abc import Mapping

from service.events.occasion import Occasion
from service.languages import choice
from service.letters import brand, render
from service.letters.facts import Block, EventFacts
from service.letters.letter import Letter
from service.letters.links import Links
from service.mailings import blocks, content, merge
from service.mailings.content import Content
from service.mailings.gathering import Gathered
from service.opportunities.opportunity import Opportunity
from service.subscriptions import topics


async def letter(*, words: Content, language: str, gathered: Gathered, links: Links, number: int | None = None) -> Letter:
    """The letter of one edition. Unfinished blocks are left out (only drafts have any); `number`: see `archive`, None for no link to it."""
    look = _brand(gathered, language, links)
    view = {"cluster": gathered.cluster.slug, "language": language, "topic": gathered.topic.slug}
    return await render.letter(
        template="newsletter",
        language=language,
        brand=look,
        values={
            "subject": merge.to_slots(words.subject),
            "preheader": merge.to_slots(words.preheader),
            "title": merge.to_slots(words.subject),
            "date": gathered.at,
            "topic": topics.name_of(gathered.topic, language),
            "view_url": links.newsletter(**view, number=number) if number else "",
            "blocks": tuple(_Renderer(gathered, language, links, look).block(one) for one in words.blocks if content.is_ready(one)),
        },
    )


def _brand(gathered: Gathered, language: str, links: Links) -> brand.Brand:
    return brand.of(
        cluster=gathered.cluster,
        links=links,
        language=language,
        acknowledgement=gathered.acknowledgement(language),
        acknowledgement_logos=gathered.logos,
    )


class _Renderer:
    def __init__(self, gathered: Gathered, language: str, links: Links, look: brand.Brand) -> None:
        self._gathered = gathered
        self._language = language
        self._links = links
        self._look = look

    def block(self, one: blocks.Block) -> Block:
        match one:
            case blocks.Text() | blocks.Heading():
                return self._piece(blocks.kind(one), text=merge.to_slots(one.text))
            case blocks.Button():
                return self._piece("button", label=merge.to_slots(one.label), link=one.link)
            case blocks.Picture():
                image = self._links.image(digest=one.digest)
                return self._piece("picture", url=image, alt=merge.to_slots(one.alt), link=one.link)
            case blocks.Events():
                return self._list([self._event(event) for event in self._gathered.events[one.of_kind][: one.limit]])
            case blocks.Calls():
                return self._list([self._call(call) for call in self._gathered.calls[: one.limit]])
            case blocks.Divider():
                return self._piece("divider")

    def _event(self, event: Occasion) -> Block:
        facts = EventFacts(
            title=self._said(event.title),
            spans=((event.starts_at, event.ends_at),),
            url=self._links.event(cluster=self._gathered.cluster.slug, language=self._language, slug=event.slug),
            place=event.place_of(event.days),
        )
        return self._piece("event", zone=event.zone, facts=facts, summary=self._said(event.summary))

    def _call(self, call: Opportunity) -> Block:
        cutoff = call.next_cutoff(self._gathered.at)
        return self._piece(
            "call",
            zone=cutoff.zone if cutoff else None,
            title=self._said(call.title),
            summary=self._said(call.summary),
            funder=call.funder,
            closes_at=cutoff.at if cutoff else None,
            label=self._said(cutoff.label) if cutoff else "",
            url=self._links.call(cluster=self._gathered.cluster.slug, language=self._language, slug=call.slug),
        )

    def _list(self, pieces: list[Block]) -> Block:
        if not pieces:
            return self._piece("nothing")
        return Block("".join(piece.html for piece in pieces), "\n".join(piece.text for piece in pieces))

    def _piece(self, template: str, *, zone: str | None = None, **values: object) -> Block:
        return render.fragment(template=f"blocks/{template}", language=self._language, brand=self._look, values=values, zone=zone)

    def _said(self, texts: Mapping[str, str]) -> str:
        return choice.pick(texts, self._language, self._gathered.cluster.languages)
