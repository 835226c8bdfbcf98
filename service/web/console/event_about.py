"""What an event is about and in which languages it is held, in its form: a box for each, so that every box is a field of its own."""

from __future__ import annotations

import re

from service.events.facts import Facts
from service.languages.locales import LANGUAGES
from service.web.edge import Form

_TOPIC = re.compile(r"topic\.(\d{1,9})", re.ASCII)


def read(posted: Form) -> dict[str, tuple[str, ...] | tuple[int, ...]]:
    """`languages` and `topic_ids` of the facts."""
    return {
        "languages": tuple(language for language in LANGUAGES if posted.flag(f"held.{language}")),
        "topic_ids": tuple(int(found[1]) for name in posted.names() if (found := _TOPIC.fullmatch(name))),
    }


def values(facts: Facts) -> dict[str, str]:
    """The boxes that are ticked."""
    held = {f"held.{language}": "yes" for language in facts.languages}
    return held | {f"topic.{topic_id}": "yes" for topic_id in facts.topic_ids}
