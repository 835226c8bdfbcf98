"""The words that stand at the registration button, and in the consent of a registration."""

from __future__ import annotations

from service.languages.catalogues import translator


def registering(*, cluster_name: str, language: str) -> str:
    """What somebody agrees to by registering, in `language`."""
    return translator(language).gettext(
        "{cluster} uses what you write here to run this event and to report on it to whoever pays for it. You get letters about this event only.",
        cluster=cluster_name,
    )
