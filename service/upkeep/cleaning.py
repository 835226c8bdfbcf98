"""What is kept no longer than it is needed: ended sessions, used links, unanswered opt-ins, counters of caps, what guests need, who was invited, files
of forms that came back."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.delivery import forgetting
from service.events import aside, invitees, needs
from service.identity import sessions
from service.persistence import throttle
from service.subscriptions import optin


async def clean(*, now: datetime) -> None:
    """Forget what has run out, each in the room that owns it; doing it twice at once does no harm."""
    await sessions.sweep(now=now)
    await optin.forget_expired(now=now)
    await throttle.forget(now=now)
    await needs.forget(now=now)
    await invitees.forget(now=now)
    await aside.forget(now=now)
    await forgetting.erased(since=now - timedelta(days=30))  # letters that were still on their way
