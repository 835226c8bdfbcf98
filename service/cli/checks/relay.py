"""The relays: greeting, TLS, the password. No mail is sent."""

from __future__ import annotations

import smtplib
import ssl

from service.cli.checks.finding import Finding, bad, doubtful, good
from service.settings import Relay, Settings

_SECONDS = 10
_CERTIFICATE = (
    "Put a valid certificate on the relay, name it as the certificate does, or set KUTSE_SMTP_VERIFY=no if you know the way to it."
)


def look(settings: Settings) -> list[Finding]:
    """A finding for each relay, and one when there is none."""
    if not settings.effective_relays:
        return [bad("No relay is named, so that no mail can leave", "Set KUTSE_SMTP_HOST, _PORT, _USERNAME and _PASSWORD.")]
    return [_relay(one) for one in settings.effective_relays]


def _relay(relay: Relay) -> Finding:
    name = f"{relay.host}:{relay.port}"
    try:
        with _connected(relay) as client:
            return _session(relay, client, name)
    except ssl.SSLError as error:
        return bad(f"TLS with {name} fails: {error.reason or error}", _CERTIFICATE)
    except smtplib.SMTPAuthenticationError as error:
        return bad(f"{name} refuses our password: {_said(error)}", "Correct KUTSE_SMTP_USERNAME and KUTSE_SMTP_PASSWORD.")
    except smtplib.SMTPException as error:
        return bad(f"{name} does not speak with us: {error}", "Ask whoever runs the relay whether this machine may use it.")
    except OSError as error:
        return bad(
            f"{name} cannot be reached: {error.strerror or error}", "Correct KUTSE_SMTP_HOST and KUTSE_SMTP_PORT, and look at the firewall."
        )


def _connected(relay: Relay) -> smtplib.SMTP:
    if relay.security == "tls":
        return smtplib.SMTP_SSL(relay.host, relay.port, timeout=_SECONDS, context=_tls(relay))
    return smtplib.SMTP(relay.host, relay.port, timeout=_SECONDS)


def _session(relay: Relay, client: smtplib.SMTP, name: str) -> Finding:
    client.ehlo()
    if relay.security == "starttls":
        if not client.has_extn("starttls"):
            return bad(
                f"{name} offers no STARTTLS", "Use a port that does (587), KUTSE_SMTP_SECURITY=tls (465), or none inside one machine."
            )
        client.starttls(context=_tls(relay))
        client.ehlo()
    if relay.username:
        client.login(relay.username, relay.password or "")
    if not client.has_extn("pipelining"):
        return doubtful(
            f"{name} takes our mail, without PIPELINING", "Mail goes out slower; a relay such as Postfix on this machine is faster."
        )
    return good(f"{name} takes our mail" + (f" from {relay.username}" if relay.username else ""))


def _tls(relay: Relay) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not relay.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _said(error: smtplib.SMTPResponseException) -> str:
    text = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
    return f"{error.smtp_code} {text}"
