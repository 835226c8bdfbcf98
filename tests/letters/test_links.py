"""Links: where they lead and what their tokens are good for."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.errors import Gone, NotFound
from service.letters.links import Links
from service.tokens import Keys


def token(url: str, purpose: str) -> str:
    start = f"https://kutse.example.org/{purpose}/"
    assert url.startswith(start)
    return url.removeprefix(start)


def test_public_pages_have_readable_addresses(links: Links) -> None:
    assert links.event(cluster="kotor", language="cnr", slug="radionica") == "https://kutse.example.org/kotor/cnr/events/radionica"
    assert links.call(cluster="kotor", language="en", slug="bacar") == "https://kutse.example.org/kotor/en/calls/bacar"
    assert links.image(digest="ab") == "https://kutse.example.org/media/ab"


def test_an_unsubscribe_link_names_person_and_list_and_never_expires(links: Links, keys: Keys, now: datetime) -> None:
    signed = token(links.unsubscribe(person_id=7, list_id="news.kotor.example.org"), "unsubscribe")
    assert keys.read(signed, purpose="unsubscribe", now=now + timedelta(days=36500)) == "7:news.kotor.example.org"


def test_a_confirmation_link_expires(links: Links, keys: Keys, now: datetime) -> None:
    signed = token(links.confirm(optin_id=3, expires_at=now + timedelta(days=7)), "confirm")
    assert keys.read(signed, purpose="confirm", now=now) == 3
    with pytest.raises(Gone):
        keys.read(signed, purpose="confirm", now=now + timedelta(days=8))


def test_a_link_of_one_purpose_is_worthless_for_another(links: Links, keys: Keys, now: datetime) -> None:
    signed = token(links.registration(registration_id=3), "registration")
    with pytest.raises(NotFound):
        keys.read(signed, purpose="preferences", now=now)


def test_the_list_unsubscribe_header_has_room_for_it(links: Links) -> None:
    assert len(links.unsubscribe(person_id=10**12, list_id="x" * 100)) < 300
