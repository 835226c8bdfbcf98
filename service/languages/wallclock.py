"""Wall clock ★: a local date and time as a person types it, made a moment, and back again."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.errors import Refused

_SHAPE = "%Y-%m-%dT%H:%M"


def read(*, text: str, zone: str, field: str | None = None) -> datetime:
    """The aware UTC moment of `2027-03-02T10:00` on the clocks of `zone`.

    Raises Refused for what is no date and time, and for one that the clocks skip or strike twice when summer time begins or ends: nobody could
    tell which moment was meant.
    """
    local = _parsed(text)
    if local is None:
        raise Refused("Give a date and a time, such as 2027-03-02 10:00.", field=field)
    early, late = (local.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    values = {"time": f"{local:%Y-%m-%d %H:%M}", "zone": zone}
    if early.astimezone(UTC).astimezone(early.tzinfo).replace(tzinfo=None) != local:
        raise Refused(
            "{time} does not exist in {zone}: the clocks go forward and skip it. Choose a time an hour later.", field=field, **values
        )
    raise Refused(
        "{time} comes twice in {zone}: the clocks go back that night. Choose a time an hour earlier or later.", field=field, **values
    )


def write(moment: datetime | None, *, zone: str) -> str:
    """The moment as `read` takes it and as a `datetime-local` field shows it; empty for None."""
    return moment.astimezone(ZoneInfo(zone)).strftime(_SHAPE) if moment is not None else ""


def is_zone(name: str) -> bool:
    """Whether `name` is an IANA zone that this machine knows."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _parsed(text: str) -> datetime | None:
    try:
        local = datetime.strptime(text.strip()[:16].replace(" ", "T"), _SHAPE)  # noqa: DTZ007  # a wall clock has no offset
    except ValueError:
        return None
    return local if 2000 <= local.year <= 2200 else None  # far years overflow in conversions and mean a slip of the hand
