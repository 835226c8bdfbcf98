"""Entries: the cut-offs of a funding call as they stand in a calendar, each a whole day that leaves people free."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from service.calendars.feeds import Entry
from service.calendars.occurrences import Day
from service.clusters.tables import Cluster
from service.languages import choice
from service.languages.catalogues import translator
from service.languages.dates import Dates
from service.letters.links import Links
from service.opportunities.opportunity import Cutoff, Opportunity

_ALARMS = (timedelta(days=6, hours=15), timedelta(hours=15))
"""At nine in the morning, a week and a day before: an all-day entry begins at midnight."""


def of(*, cluster: Cluster, links: Links, mail_domain: str, call: Opportunity, language: str) -> list[Entry]:
    """One entry for each cut-off. The same call gives the same bytes; a cut-off is known by its place in the order, whatever becomes of its row."""
    return [
        Entry(
            uid=f"call-{call.id}-{number}@{mail_domain}",
            changed_at=call.changed_at,
            sequence=call.version,
            summary=translator(language).gettext("Deadline: {title}", title=_title(call, cutoff, language, cluster)),
            description=_description(cutoff, language),
            zone=cutoff.zone,
            days=(_day(cutoff),),
            url=links.call(cluster=cluster.slug, language=language, slug=call.slug),
            alarms=_ALARMS,
            all_day=True,
            is_busy=False,
        )
        for number, cutoff in enumerate(call.cutoffs, start=1)
    ]


def _title(call: Opportunity, cutoff: Cutoff, language: str, cluster: Cluster) -> str:
    label = choice.pick(cutoff.label, language, cluster.languages)
    return choice.pick(call.title, language, cluster.languages) + (f" ({label})" if label else "")


def _description(cutoff: Cutoff, language: str) -> str:
    dates = Dates(language, cutoff.zone)
    return translator(language).gettext("Applications until {moment}.", moment=f"{dates.moment(cutoff.at)} ({dates.zone_name()})")


def _day(cutoff: Cutoff) -> Day:
    """The date on the funder's clock; midnight is the end of the day before."""
    zone = ZoneInfo(cutoff.zone)
    on = (cutoff.at - timedelta(microseconds=1)).astimezone(zone).date()
    start = datetime.combine(on, time(), zone)
    return Day(start, datetime.combine(on + timedelta(days=1), time(), zone))
