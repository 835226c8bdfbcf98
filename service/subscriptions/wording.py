"""The words by which somebody consents ★: the page shows what is returned here, and the ledger keeps exactly that."""

from __future__ import annotations

from service.languages.catalogues import translator


def joining(*, cluster_name: str, language: str) -> str:
    """Below the subscribe form."""
    return translator(language).gettext(
        "I want {cluster} to send me e-mail about the topics I chose. I can leave each of them at any time by the link in every letter.",
        cluster=cluster_name,
    )


def changing(*, cluster_name: str, language: str) -> str:
    """Below the topics of the preferences page."""
    return translator(language).gettext(
        "I want {cluster} to send me e-mail about the topics I have turned on here, and about no others.", cluster=cluster_name
    )


def returning(*, topic_name: str, language: str) -> str:
    """On the button of somebody who left by mistake."""
    return translator(language).gettext("I left by mistake: keep sending me “{topic}”", topic=topic_name)
