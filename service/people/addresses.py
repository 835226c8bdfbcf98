"""E-mail addresses ★: one form of writing for each, so that one person is one row.

The domain is kept as lowercase A-label (RFC 5890 §2.3.2.1), which every relay takes; the local part as typed, because only its own server may fold its case
(RFC 5321 §2.4). Rows are compared by `lower(address)`.
"""

from __future__ import annotations

import unicodedata

import idna
from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from service.errors import Refused

LONGEST = 254
"""Octets of an address that fit into an SMTP path (RFC 5321 §4.5.3.1.3, less the angle brackets)."""
LONGEST_LOCAL_PART = 64


def normalise(text: str, *, field: str = "address") -> str:
    """The address as it is stored; raises Refused, at `field`, with what to do about it."""
    typed = unicodedata.normalize("NFC", text).strip().rstrip(".,;")
    local_part, at, _ = typed.rpartition("@")
    if not typed:
        raise Refused("Write the e-mail address.", field=field)
    if not at or not local_part:
        raise Refused("An e-mail address has the form name@example.org.", field=field)
    if not local_part.isascii():
        raise Refused("The part before the @ may only have the letters a–z, digits and signs like . - _ +.", field=field)
    address = _validated(typed, field).ascii_email
    assert address is not None, "the local part is ASCII"
    if len(address) > LONGEST or len(local_part) > LONGEST_LOCAL_PART:
        raise Refused("This e-mail address is too long. Check that only the address is in the field.", field=field)
    return address


def shown(address: str) -> str:
    """The address as people read it, its domain in their own script; for pages only."""
    local_part, at, domain = address.rpartition("@")
    try:
        return f"{local_part}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def _validated(typed: str, field: str) -> ValidatedEmail:
    try:
        return validate_email(typed, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        if len(typed) > LONGEST:
            raise Refused("This e-mail address is too long. Check that only the address is in the field.", field=field) from error
        raise Refused(
            "This e-mail address is not complete or has a typing mistake. It has the form name@example.org.", field=field
        ) from error
