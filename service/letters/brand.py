"""Brand: whose letter it is and what every letter of that cluster shows: name, colour, logo, addresses, funders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from service.clusters.tables import Cluster
from service.languages import choice
from service.letters import colours
from service.letters.links import Links

DEFAULT_COLOUR = "#0b5c6b"


@dataclass(frozen=True, slots=True)
class Brand:
    """A cluster as its letters show it, in one language. `colour` is `#rrggbb`; `acknowledgement` is the funders' sentence(s), a line each."""

    name: str
    language: str
    zone: str
    colour: str
    site_url: str
    home_url: str
    contact_address: str
    postal_address: str
    website: str = ""
    logo_url: str | None = None
    acknowledgement: tuple[str, ...] = ()
    acknowledgement_logo_urls: tuple[str, ...] = ()

    @property
    def on_colour(self) -> str:
        """Text on the brand colour."""
        return colours.text_on(self.colour)

    @property
    def link_colour(self) -> str:
        """The brand colour as text on white."""
        return colours.readable(self.colour, on=colours.WHITE)

    @property
    def link_colour_dark(self) -> str:
        """The brand colour as text in dark mode, where a bare pass looks dull."""
        return colours.readable(self.colour, on=colours.NIGHT, ratio=6.5)


def of(*, cluster: Cluster, links: Links, language: str, acknowledgement: str = "", acknowledgement_logos: Iterable[str] = ()) -> Brand:
    """The brand of `cluster`. `acknowledgement`: text in `language`, a line per funder; `acknowledgement_logos`: digests of images."""
    return Brand(
        name=cluster.name,
        language=language,
        zone=cluster.zone,
        colour=cluster.brand_color if colours.is_colour(cluster.brand_color) else DEFAULT_COLOUR,
        site_url=links.site_url,
        home_url=links.cluster(cluster=cluster.slug, language=choice.page_language(language, cluster.languages)),
        contact_address=cluster.contact_address,
        postal_address=cluster.postal_address,
        website=cluster.website,
        logo_url=links.image(digest=cluster.logo_digest) if cluster.logo_digest else None,
        acknowledgement=tuple(line.strip() for line in acknowledgement.splitlines() if line.strip()),
        acknowledgement_logo_urls=tuple(links.image(digest=digest) for digest in acknowledgement_logos),
    )
