"""`throttle`: how often something was tried in an hour. Buckets are hashes, so nothing personal is kept; rows go after a day."""

from __future__ import annotations

from piccolo.columns import BigSerial, Integer, Timestamptz, Varchar
from piccolo.table import Table


class Throttle(Table, tablename="throttle"):
    """Attempts of one bucket (a hash of what is limited) in the hour that began at `hour`."""

    id = BigSerial(primary_key=True)
    bucket = Varchar(length=64)
    hour = Timestamptz(default=None)
    attempts = Integer(default=0)
