"""The form that describes a cluster, in three places: its settings, a new one, and the set-up of the site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.clusters import directory
from service.clusters.profile import Profile, zones
from service.clusters.tables import Cluster
from service.languages.locales import AUTONYMS, LANGUAGES
from service.web.edge import Form

CHOICES: Mapping[str, Any] = {
    "language_choices": [(language, AUTONYMS[language]) for language in LANGUAGES],
    "zone_choices": [(zone, zone.replace("_", " ")) for zone in zones()],
}
"""What the template offers to choose from."""


def blank(*, language: str) -> dict[str, Any]:
    """What a form for a new cluster starts with."""
    return {"languages": [language], "default_language": language, "zone": "Europe/Tallinn", "brand_color": "#0b5c6b"}


def values_of(cluster: Cluster) -> dict[str, Any]:
    """A cluster as its form shows it."""
    plain = ["name", "zone", "region", "sender_name", "sender_address", "contact_address", "postal_address", "website", "brand_color"]
    plain += ["quiet_from", "quiet_to"]
    about = {f"about.{language}": text for language, text in directory.about(cluster).items()}
    profile = directory.profile(cluster)
    return {name: getattr(profile, name) for name in plain} | about | _languages(list(cluster.languages))


def typed(posted: Form) -> dict[str, Any]:
    """What was typed, to be shown again beside what is wrong."""
    return posted.values() | _languages(_chosen(posted))


def read(posted: Form, *, logo_digest: str | None = None) -> Profile:
    """The profile as it was typed; `clusters.profile` decides whether it can stand."""
    return Profile(
        slug=posted.text("slug"),
        name=posted.text("name"),
        languages=tuple(_chosen(posted)),
        zone=posted.text("zone"),
        sender_name=posted.text("sender_name") or posted.text("name"),
        sender_address=posted.text("sender_address"),
        contact_address=posted.text("contact_address"),
        postal_address=posted.text("postal_address"),
        region=posted.text("region"),
        website=posted.text("website"),
        brand_color=posted.text("brand_color"),
        logo_digest=logo_digest,
        quiet_from=posted.text("quiet_from"),
        quiet_to=posted.text("quiet_to"),
        about={language: posted.text(f"about.{language}", limit=50_000) for language in LANGUAGES},
    )


def _chosen(posted: Form) -> list[str]:
    """The default language first; it counts as chosen even where its box is not ticked."""
    default = posted.text("default_language")
    boxes = [language for language in posted.texts("languages") if language != default]
    return [default, *boxes] if default else boxes


def _languages(chosen: list[str]) -> dict[str, Any]:
    return {"languages": chosen, "default_language": chosen[0] if chosen else ""}
