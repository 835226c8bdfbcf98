"""Links ★: the only place that builds the addresses that go into letters.

Signed ones carry a row's id, bound to one purpose; `web` reads them with the same purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.tokens import Keys


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses below `site_url` (no trailing slash), signed with `keys`."""

    site_url: str
    keys: Keys

    def cluster(self, *, cluster: str, language: str) -> str:
        """A cluster's home page; `cluster` is its slug."""
        return f"{self.site_url}/{cluster}/{language}"

    def event(self, *, cluster: str, language: str, slug: str) -> str:
        """The public page of an event."""
        return f"{self.cluster(cluster=cluster, language=language)}/events/{slug}"

    def call(self, *, cluster: str, language: str, slug: str) -> str:
        """The public page of a funding call."""
        return f"{self.cluster(cluster=cluster, language=language)}/calls/{slug}"

    def newsletter(self, *, cluster: str, language: str, topic: str, number: int) -> str:
        """A newsletter in the public archive; `topic` is a slug."""
        return f"{self.cluster(cluster=cluster, language=language)}/newsletters/{topic}/{number}"

    def mailing(self, *, cluster: str, mailing_id: int) -> str:
        """A mailing in the console, for letters to coordinators."""
        return f"{self.site_url}/console/{cluster}/mailings/{mailing_id}"

    def answer(self, *, cluster: str, answer_id: int) -> str:
        """What somebody answered, in the console, for letters to coordinators."""
        return f"{self.site_url}/console/{cluster}/returns/answers/{answer_id}"

    def reports(self, *, cluster: str) -> str:
        """What came back to a cluster for our sake, in the console."""
        return f"{self.site_url}/console/{cluster}/returns/reports?about=us"

    def image(self, *, digest: str) -> str:
        """A picture by the SHA-256 of its bytes."""
        return f"{self.site_url}/media/{digest}"

    def confirm(self, *, optin_id: int, expires_at: datetime) -> str:
        """Where an opt-in is confirmed, until `expires_at`."""
        return self._signed("confirm", optin_id, expires_at)

    def preferences(self, *, person_id: int) -> str:
        """A person's choice of topics and language; never expires."""
        return self._signed("preferences", person_id)

    def unsubscribe(self, *, person_id: int, list_id: str) -> str:
        """Leaving one topic, by page and by one-click POST (RFC 8058); never expires."""
        return self._signed("unsubscribe", f"{person_id}:{list_id}")

    def feed(self, *, person_id: int) -> str:
        """A person's own calendar feed; never expires."""
        return f"{self._signed('feed', person_id)}.ics"

    def registration(self, *, registration_id: int) -> str:
        """The self-service page of one registration; never expires."""
        return self._signed("registration", registration_id)

    def not_me(self, *, registration_id: int) -> str:
        """Where somebody whom another person registered takes their name off; never expires."""
        return self._signed("not-me", registration_id)

    def invited(self, *, invitee_id: int) -> str:
        """Where somebody on an event's list of invitations registers; works as long as they are on it."""
        return self._signed("invited", invitee_id)

    def sign_in(self, *, one_time_id: int, expires_at: datetime) -> str:
        """A coordinator's one-time way into the console."""
        return self._signed("sign-in", one_time_id, expires_at)

    def welcome(self, *, one_time_id: int, expires_at: datetime) -> str:
        """Where a new coordinator sets a password."""
        return self._signed("welcome", one_time_id, expires_at)

    def _signed(self, purpose: str, value: int | str, expires_at: datetime | None = None) -> str:
        return f"{self.site_url}/{purpose}/{self.keys.sign(purpose=purpose, value=value, expires_at=expires_at)}"
