"""Dates and times as people of a language write them, in a zone ★. Everything comes in as aware UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import dates as cldr

from service.languages.locales import locale, short_days


@dataclass(frozen=True, slots=True)
class Dates:
    """Formats for one reader: their language and the zone of the thing they read about."""

    language: str
    zone: str

    def local(self, moment: datetime) -> datetime:
        """The moment on the wall clock of the zone."""
        return moment.astimezone(ZoneInfo(self.zone))

    def day(self, moment: datetime | date) -> str:
        """`Tuesday, 2 February 2027`."""
        return cldr.format_date(self._date(moment), "full", locale(self.language))

    def short_day(self, moment: datetime | date) -> str:
        """`2 Feb 2027`."""
        return cldr.format_date(self._date(moment), "medium", locale(self.language))

    def weekday(self, moment: datetime | date) -> str:
        """`Tue`, as on the leaf of a calendar."""
        return cldr.format_date(self._date(moment), "EEE", short_days(self.language))

    def weekday_name(self, moment: datetime | date) -> str:
        """`Tuesday`, standing alone."""
        return cldr.format_date(self._date(moment), "cccc", locale(self.language))

    def month(self, moment: datetime | date) -> str:
        """`February 2027`, the month standing alone."""
        return cldr.format_skeleton("yMMMM", self._date(moment), locale=locale(self.language))

    def short_month(self, moment: datetime | date) -> str:
        """`Feb`, as on the leaf of a calendar."""
        return cldr.format_date(self._date(moment), "LLL", locale(self.language)).rstrip(".")

    def time(self, moment: datetime) -> str:
        """`14:00`, always of 24 hours."""
        return self.local(moment).strftime("%H:%M")

    def moment(self, moment: datetime) -> str:
        """`2 Feb 2027, 14:00`."""
        return f"{self.short_day(moment)}, {self.time(moment)}"

    def exact(self, moment: datetime) -> str:
        """`2 Feb 2027, 14:00:07`: for results, where seconds count."""
        return f"{self.short_day(moment)}, {self.local(moment):%H:%M:%S}"

    def span(self, start: datetime, end: datetime) -> str:
        """`Tuesday, 2 February 2027, 14:00–16:00`; over several days both ends in full, an end at midnight counts for the day before."""
        last = self.local(end - timedelta(microseconds=1)).date()
        if self.local(start).date() == last:
            return f"{self.day(start)}, {self.time(start)}–{self.time(end)}"
        return f"{self.day(start)}, {self.time(start)} – {self.day(end)}, {self.time(end)}"

    def days(self, start: datetime, end: datetime) -> str:
        """`2–5 Jun 2027`: the days alone, as CLDR joins them."""
        last = self.local(end - timedelta(microseconds=1)).date()
        return cldr.format_interval(self._date(start), last, "yMMMd", locale=locale(self.language))

    def zone_name(self) -> str:
        """The zone's city, `Tallinn`: what a person knows it by."""
        return cldr.get_timezone_location(ZoneInfo(self.zone), locale=locale(self.language), return_city=True)

    def _date(self, moment: datetime | date) -> date:
        return self.local(moment).date() if isinstance(moment, datetime) else moment
