"""What an office says about its cluster, and whether that can stand ★.

A name goes into headers of letters, a slug into every link, a zone under every time: what comes out of `checked` is safe
for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email

from service.errors import Problem, Refused
from service.languages.catalogues import marked
from service.languages.locales import LANGUAGES

# First path segments of the site, and those that browsers and proxies ask for by themselves.
RESERVED = frozenset(
    (
        *(
            "about",
            "admin",
            "api",
            "assets",
            "confirm",
            "console",
            "design",
            "docs",
            "feed",
            "feeds",
            "health",
            "intake",
            "invited",
            "login",
        ),
        *("logout", "mailbox", "media", "metrics", "not-me", "preferences", "public", "register", "registration", "sign-in", "sign-out"),
        *("static", "unsubscribe", "webhooks", "welcome", "apple-touch-icon", "favicon", "robots", "sitemap", "well-known"),
        *LANGUAGES,
    )
)

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_SIX_DIGITS = re.compile(r"[0-9a-f]{6}")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST = {"name": 120, "sender_name": 120, "region": 120, "postal_address": 300}
_NEEDED = {
    "name": marked("Write the cluster's name."),
    "sender_name": marked("Write the sender's name."),
    "postal_address": marked("Write the postal address of the office."),
}
_LONGEST_ABOUT = 20_000


@dataclass(frozen=True, slots=True)
class Profile:
    """A cluster as its form or command states it. `languages`: the first is the default; `about`: language → Markdown.

    `logo_digest` names a picture that `images.store` has kept; None shows the name only. `quiet_from`, `quiet_to`: `HH:MM`, or both empty.
    """

    slug: str
    name: str
    languages: tuple[str, ...]
    zone: str
    sender_name: str
    sender_address: str
    contact_address: str
    postal_address: str
    region: str = ""
    website: str = ""
    brand_color: str = "#0b5c6b"
    logo_digest: str | None = None
    quiet_from: str = ""
    quiet_to: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


def checked(profile: Profile) -> Profile:
    """The profile as it is stored: trimmed, addresses in their canonical form, the colour as `#rrggbb`.

    Raises Refused with a problem for each field that cannot stand.
    """
    tidy = _tidied(profile)
    if problems := list(_problems(tidy)):
        raise Refused.all(problems)
    return replace(
        tidy,
        sender_address=_address(tidy.sender_address) or "",
        contact_address=_address(tidy.contact_address) or "",
        brand_color=_colour(tidy.brand_color) or "",
    )


def zones() -> list[str]:
    """The IANA zones that a form offers, by name."""
    return sorted(_zones())


def _tidied(profile: Profile) -> Profile:
    return replace(
        profile,
        slug=profile.slug.strip().lower(),
        name=_line(profile.name),
        languages=tuple(dict.fromkeys(profile.languages)),
        zone=profile.zone.strip(),
        sender_name=_line(profile.sender_name),
        sender_address=profile.sender_address.strip(),
        contact_address=profile.contact_address.strip(),
        postal_address=_line(profile.postal_address),
        region=_line(profile.region),
        website=_with_scheme(profile.website.strip()),
        quiet_from=_clock(profile.quiet_from),
        quiet_to=_clock(profile.quiet_to),
        about={language: text.replace("\0", "").strip() for language, text in profile.about.items() if text.strip()},
    )


def _problems(profile: Profile) -> Iterator[Problem]:
    yield from _slug_problems(profile.slug)
    yield from _text_problems(profile)
    yield from _language_problems(profile)
    if profile.zone not in _zones():
        yield Problem("Choose a time zone from the list, such as Europe/Tallinn.", field="zone")
    for name in ("sender_address", "contact_address"):
        if _address(getattr(profile, name)) is None:
            yield Problem("Write an e-mail address such as office@example.org.", field=name)
    if profile.website and not _is_website(profile.website):
        yield Problem("Write the address of a web page, such as https://example.org.", field="website")
    yield from _quiet_problems(profile)
    if _colour(profile.brand_color) is None:
        yield Problem("Write a colour as # and six digits, such as #0b5c6b.", field="brand_color")


def _slug_problems(slug: str) -> Iterator[Problem]:
    if not _SLUG.fullmatch(slug) or not 2 <= len(slug) <= 60:
        yield Problem("Use 2 to 60 small letters a–z, digits and single hyphens, such as film-cluster.", field="slug")
    elif slug in RESERVED:
        yield Problem("“{slug}” is a page of this site. Choose another short name.", field="slug", values={"slug": slug})


def _text_problems(profile: Profile) -> Iterator[Problem]:
    for name, sentence in _NEEDED.items():
        if not getattr(profile, name):
            yield Problem(sentence, field=name)
    for name, longest in _LONGEST.items():
        if len(getattr(profile, name)) > longest:
            yield Problem("Write at most {longest} characters.", field=name, values={"longest": longest})


def _language_problems(profile: Profile) -> Iterator[Problem]:
    if not profile.languages or not set(profile.languages) <= set(LANGUAGES):
        yield Problem("Choose at least one language.", field="languages")
    for language, text in profile.about.items():
        if len(text) > _LONGEST_ABOUT:
            yield Problem("Write at most {longest} characters.", field=f"about.{language}", values={"longest": _LONGEST_ABOUT})


def _quiet_problems(profile: Profile) -> Iterator[Problem]:
    for name in ("quiet_from", "quiet_to"):
        clock = getattr(profile, name)
        if clock and not _CLOCK.fullmatch(clock):
            yield Problem("Write a time such as 22:00.", field=name)
        elif not clock and (profile.quiet_from or profile.quiet_to):
            yield Problem("Quiet hours need both times; leave both empty for none.", field=name)
    if profile.quiet_from and profile.quiet_from == profile.quiet_to:
        yield Problem("Quiet hours cannot begin and end at the same time.", field="quiet_to")


def _clock(text: str) -> str:
    """`HH:MM`, also of `7:30` and of what a browser adds in seconds; anything else stays as typed."""
    found = re.fullmatch(r"(\d{1,2})[:.](\d{2})(:\d{2})?", text.strip())
    return f"{int(found[1]):02}:{found[2]}" if found else text.strip()


def _line(text: str) -> str:
    """One line: line breaks and control characters would end a header and begin another."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _address(text: str) -> str | None:
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    return f"{found.local_part}@{found.ascii_domain}"


def _colour(text: str) -> str | None:
    """`#rrggbb` in lower case for `#RRGGBB`, `RRGGBB` or `#RGB`; None when it is no such colour."""
    digits = text.strip().lower().removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return f"#{digits}" if _SIX_DIGITS.fullmatch(digits) else None


def _with_scheme(website: str) -> str:
    return f"https://{website}" if website and "://" not in website else website


def _is_website(text: str) -> bool:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    printable = text.isprintable() and " " not in text
    return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and printable and len(text) <= 300


@cache
def _zones() -> frozenset[str]:
    return frozenset(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")) | {"UTC"}
