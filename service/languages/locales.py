"""The languages Kutse speaks and their CLDR locales ★."""

from __future__ import annotations

from functools import cache

from babel import Locale

LANGUAGES = ("en", "et", "ru", "pl", "cnr")

AUTONYMS = {"en": "English", "et": "Eesti", "ru": "Русский", "pl": "Polski", "cnr": "Crnogorski"}

_CLDR = {"en": "en_GB", "et": "et", "ru": "ru", "pl": "pl", "cnr": "sr_Latn_ME"}


@cache
def locale(language: str) -> Locale:
    """The CLDR locale; CLDR has Montenegrin as `sr_Latn_ME`. An unknown language reads as English."""
    return Locale.parse(_CLDR.get(language, "en_GB"))


@cache
def short_days(language: str) -> Locale:
    """The locale that has the short names of the days right: in Montenegrin CLDR shortens the Serbian `sreda`, where `srijeda` is said."""
    return Locale.parse("sr_Latn_BA") if language == "cnr" else locale(language)
