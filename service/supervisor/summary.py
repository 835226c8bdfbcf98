"""The one summary: where things are, how to get in, how to stop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.settings import Settings

Row = tuple[str, str, str]


def rows(settings: Settings, environment: Mapping[str, str], prepared: Mapping[str, Any]) -> list[Row]:
    """Name, value and remark of each line. `prepared`: what `kutse prepare` told."""
    return [
        ("Site", settings.site.url, ""),
        _way_in(settings, prepared),
        *(
            [("Mailbox", f"{settings.site.url}/mailbox", "Every letter lands here; none leaves this machine.")]
            if "KUTSE_CATCHER" in environment
            else []
        ),
        ("State", str(settings.state), ""),
        ("Stop", "Ctrl-C", ""),
    ]


def _way_in(settings: Settings, prepared: Mapping[str, Any]) -> Row:
    if prepared.get("welcome"):
        return ("Set up", prepared["welcome"], "Open this link to make the first coordinator; it works once.")
    if prepared.get("sign_in"):
        return ("Console", prepared["sign_in"], f"Signs {prepared['coordinator']} in; it works once.")
    return ("Console", f"{settings.site.url}/console", "`kutse coordinator link ADDRESS` makes a sign-in link for who forgot the password.")
