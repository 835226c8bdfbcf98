"""The settings: frozen sections read once from `KUTSE_*` variables or a TOML file named by `KUTSE_CONFIG`.

A variable wins over the file. `DATABASE_URL` and `REDIS_URL` are read under these usual names too. Whatever is absent
is embedded: no database URL means the embedded PostgreSQL, and so on. Every number's unit is in its docstring line.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from service.errors import UnableToStart
from service.sources import Source, read

Security = Literal["none", "starttls", "tls"]
SECURITIES = ("starttls", "tls", "none")
KINDS = ("service", "news")


@dataclass(frozen=True, slots=True)
class Site:
    """Where people reach Kutse. `url` has no trailing slash; `trusted_proxies` are addresses whose X-Forwarded-* count."""

    url: str = "http://localhost:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    trusted_proxies: str = ""

    @property
    def secure(self) -> bool:
        """Whether people reach the site over https."""
        return self.url.startswith("https://")


@dataclass(frozen=True, slots=True)
class Database:
    """PostgreSQL. `url` None: the embedded server. `pool_size`: connections of one process."""

    url: str | None = None
    pool_size: int = 10


@dataclass(frozen=True, slots=True)
class Redis:
    """Valkey or Redis. `url` None: the embedded server (`unix://` and `redis://` are understood)."""

    url: str | None = None


@dataclass(frozen=True, slots=True)
class Relay:
    """One SMTP server mail is handed to. `kinds`: which letters it takes; `connections` are per worker process."""

    name: str = "relay"
    host: str = "localhost"
    port: int = 587
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    security: Security = "starttls"
    verify: bool = True
    kinds: tuple[str, ...] = KINDS
    priority: int = 0
    connections: int = 10
    messages_per_connection: int = 1000
    timeout: int = 60


@dataclass(frozen=True, slots=True)
class Mail:
    """Domains of the addresses that Kutse itself answers to. `domain` None: the host of the site's URL."""

    domain: str | None = None
    hostname: str | None = None
    intake_host: str = "127.0.0.1"
    intake_port: int = 8024


@dataclass(frozen=True, slots=True)
class Pace:
    """How much goes to one destination domain, over all workers. `per_hour`: messages an hour; `warm_up`: newsletters on the first day, of which
    each following day may carry twice as many. 0: no limit.
    """

    per_hour: int = 0
    warm_up: int = 0


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox that is read by IMAP over TLS for what comes back, where mail cannot be handed to the listener."""

    host: str
    username: str
    password: str = field(repr=False)
    port: int = 993
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True)
class Returns:
    """How mail comes back besides the listener. `authserv_id`: whose Authentication-Results are believed (RFC 8601).

    `webhooks`: provider → the secret that proves its reports.
    """

    authserv_id: str | None = None
    mailbox: Mailbox | None = None
    webhooks: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Logs:
    """`format`: `people` (terminal), `json`, or `auto`: people on a terminal, JSON otherwise."""

    format: Literal["auto", "people", "json"] = "auto"
    level: str = "info"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a process is told from outside.

    `secret` signs every link (None: the one in the state folder is read or made); `retired_secrets` still verify.
    `catcher`: `host:port` of the embedded mail catcher, set by `kutse up` for its children; its mailbox is then shown.
    `embedded`: the names of the servers `kutse up` runs itself, of `postgresql`, `valkey`, `catcher`.
    """

    state: Path = Path("state")
    secret: str | None = field(default=None, repr=False)
    retired_secrets: tuple[str, ...] = field(default=(), repr=False)
    site: Site = Site()
    database: Database = Database()
    redis: Redis = Redis()
    relays: tuple[Relay, ...] = ()
    mail: Mail = Mail()
    pace: Pace = Pace()
    returns: Returns = Returns()
    logs: Logs = Logs()
    catcher: str | None = None
    embedded: frozenset[str] = frozenset()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The signing secrets, newest first; raises UnableToStart where there is none yet (`kutse up` makes one)."""
        own = self.secret or kept_secret(self.state)
        if own is None:
            raise UnableToStart("There is no KUTSE_SECRET, and the state folder holds none; `openssl rand -hex 32` makes one.")
        return (own, *self.retired_secrets)

    @property
    def effective_relays(self) -> tuple[Relay, ...]:
        """The relays mail goes to: the operator's, else the embedded catcher."""
        if self.relays or self.catcher is None:
            return self.relays
        host, _, port = self.catcher.rpartition(":")
        return (Relay(name="catcher", host=host, port=int(port), security="none"),)

    @property
    def effective_pace(self) -> Pace:
        """The limits per destination; the embedded catcher needs none."""
        return self.pace if self.relays else Pace()

    @property
    def mail_domain(self) -> str:
        """The domain of Message-IDs, List-Ids and return addresses."""
        return self.mail.domain or urlsplit(self.site.url).hostname or "localhost"

    @property
    def sample_allowed(self) -> bool:
        """Sample people are only ever loaded where no real database and no real relay is in reach."""
        return {"postgresql", "catcher"} <= self.embedded


def kept_secret(state: Path) -> str | None:
    """The secret that the first start left in the state folder, if it did."""
    try:
        return (state / "secret").read_text(encoding="ascii").strip() or None
    except OSError:
        return None


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; raises UnableToStart with one sentence that names the setting that is wrong."""
    source = Source(environ, read(environ.get("KUTSE_CONFIG")))
    port = source.number("port", default=8000, low=1, high=65535)
    return Settings(
        state=Path(source.text("state") or "state").absolute(),
        secret=_secret(source),
        retired_secrets=tuple((source.text("retired_secrets") or "").split()),
        site=Site(
            url=_url(source, port),
            host=source.text("host") or "127.0.0.1",
            port=port,
            trusted_proxies=source.text("trusted_proxies") or "",
        ),
        database=Database(
            url=environ.get("DATABASE_URL") or source.text("database_url"),
            pool_size=source.number("database_pool", default=10, low=2, high=500),
        ),
        redis=Redis(url=environ.get("REDIS_URL") or source.text("redis_url")),
        relays=_relays(source),
        mail=Mail(
            domain=source.text("mail_domain"),
            hostname=source.text("mail_hostname"),
            intake_host=source.text("intake_host") or "127.0.0.1",
            intake_port=source.number("intake_port", default=8024, low=1, high=65535),
        ),
        pace=Pace(
            per_hour=source.number("pace_per_hour", default=0, low=0, high=10_000_000),
            warm_up=source.number("pace_warm_up", default=0, low=0, high=10_000_000),
        ),
        returns=_returns(source),
        logs=Logs(
            format=source.choice("log_format", ("auto", "people", "json")),
            level=source.choice("log_level", ("info", "debug", "warning", "error")),
        ),
        catcher=source.text("catcher"),
        embedded=frozenset((source.text("embedded") or "").split()),
    )


def _secret(source: Source) -> str | None:
    secret = source.text("secret")
    if secret is not None and len(secret) < 32:
        raise UnableToStart("KUTSE_SECRET must have at least 32 characters; `openssl rand -hex 32` makes one.")
    return secret


def _url(source: Source, port: int) -> str:
    url = (source.text("url") or f"http://localhost:{port}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise UnableToStart(f"KUTSE_URL must look like https://news.example.org, without a path, not {url!r}.")
    return url


WEBHOOKS = ("generic", "ses", "mailgun", "sendgrid", "postmark", "brevo")
_WEBHOOK_FORMS = {
    "ses": (r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:\S+", "must be the ARN of the SNS topic that SES reports to."),
    "sendgrid": (r"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/]{86}==", "must be the Event Webhook's verification key, in one line."),
}


def _returns(source: Source) -> Returns:
    secrets = {name: secret for name in WEBHOOKS if (secret := source.text(f"webhook_{name}")) is not None}
    for name, secret in secrets.items():
        form, wanted = _WEBHOOK_FORMS.get(name, (r"(?s).{16,}", "must have at least 16 characters; `openssl rand -hex 32` makes one."))
        if not re.fullmatch(form, secret):
            raise UnableToStart(f"KUTSE_WEBHOOK_{name.upper()} {wanted}")
    return Returns(authserv_id=source.text("authserv_id"), mailbox=_mailbox(source), webhooks=secrets)


def _mailbox(source: Source) -> Mailbox | None:
    host, username, password = source.text("imap_host"), source.text("imap_username"), source.text("imap_password")
    if host is None:
        return None
    if username is None or password is None:
        raise UnableToStart("KUTSE_IMAP_HOST needs KUTSE_IMAP_USERNAME and KUTSE_IMAP_PASSWORD.")
    port = source.number("imap_port", default=993, low=1, high=65535)
    return Mailbox(host=host, port=port, username=username, password=password, folder=source.text("imap_folder") or "INBOX")


def _relays(source: Source) -> tuple[Relay, ...]:
    if "relays" in source.file and not source.text("smtp_host"):
        return _relays_of_file(source.file["relays"])
    host = source.text("smtp_host")
    if host is None:
        return ()
    security: Security = source.choice("smtp_security", SECURITIES)
    return (
        Relay(
            host=host,
            port=source.number("smtp_port", default=465 if security == "tls" else 587, low=1, high=65535),
            username=source.text("smtp_username"),
            password=source.text("smtp_password"),
            security=security,
            verify=source.choice("smtp_verify", ("yes", "no")) == "yes",
            connections=source.number("smtp_connections", default=10, low=2, high=100),
            messages_per_connection=source.number("smtp_messages", default=1000, low=1, high=1_000_000),
            timeout=source.number("smtp_timeout", default=60, low=1, high=600),
        ),
    )


def _relays_of_file(entries: Any) -> tuple[Relay, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise UnableToStart("The relays of the settings file must be [[relays]] tables.")
    relays = tuple(_relay_of_file(entry, place) for place, entry in enumerate(entries, 1))
    if twice := sorted(name for name, count in Counter(relay.name for relay in relays).items() if count > 1):
        raise UnableToStart(f"Two [[relays]] of the settings file have the name {twice[0]!r}: give each a `name` of its own.")
    for kind in KINDS if relays else ():
        if not any(kind in relay.kinds for relay in relays):
            raise UnableToStart(f"No [[relays]] table of the settings file takes {kind} letters: name {kind!r} in the `kinds` of one.")
    return relays


def _relay_of_file(entry: Mapping[str, Any], place: int) -> Relay:
    host = str(entry.get("host", "")).strip()
    name = str(entry.get("name", host)).strip()
    own = Source({}, entry, f"the relay {name or place} in the settings file")
    own.only(tuple(one.name for one in fields(Relay)))
    if not host or not name:
        raise UnableToStart(f"The relay {name or place} in the settings file needs a `{'name' if host else 'host'}`.")
    kinds = own.several("kinds", KINDS)
    security: Security = own.choice("security", SECURITIES)
    return Relay(
        name=name,
        host=host,
        port=own.number("port", default=465 if security == "tls" else 587, low=1, high=65535),
        username=own.text("username"),
        password=own.text("password"),
        security=security,
        verify=own.choice("verify", ("yes", "no")) == "yes",
        kinds=kinds,
        priority=own.number("priority", default=0, low=0, high=1000),
        connections=own.number("connections", default=10, low=len(kinds), high=100),
        messages_per_connection=own.number("messages_per_connection", default=1000, low=1, high=1_000_000),
        timeout=own.number("timeout", default=60, low=1, high=600),
    )
