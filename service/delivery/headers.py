"""Header fields ★ as bytes: RFC 5322 folding, RFC 2047 encoded words, RFC 5890 A-labels.

Everything here takes text of one line; what isn't (a line end, a control character) is refused, so that no value can begin a header of its own.
"""

from __future__ import annotations

import base64
import re
from functools import lru_cache

import idna

_PLAIN = re.compile(r"[ -~]*")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ATOMS = re.compile(f"{_ATOM}(?: {_ATOM})*")
_LOCAL = re.compile(r"[^\x00-\x20\x7f-\xa0\u2028\u2029\"(),:;<>@\[\\\]]+")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
_FOLD_AT = 76  # also the most that a line with an encoded word may have (RFC 2047 §2)
_LONGEST_FIELD = len("Reply-To: ")


class UnableToSend(Exception):
    """This copy cannot be put on the wire. `status`: the enhanced status code (RFC 3463) that says why; the text is for people."""

    def __init__(self, status: str, text: str) -> None:
        super().__init__(f"{status} {text}")
        self.status = status


def text(name: str, value: str) -> bytes:
    """An unstructured field such as Subject, folded, with its line end; the value reads back exactly."""
    plain = _PLAIN.fullmatch(value) and "=?" not in value and all(len(word) < 900 for word in value.split(" "))
    lines = _fold(f"{name}: {value}") if plain else f"{name}: " + "\r\n ".join(encoded_words(value, after=len(name) + 2))
    return lines.encode("ascii") + b"\r\n"


def mailbox(name: str, address: str) -> bytes:
    """`Name <address>`, folded, without a field name; `address` is of the wire already (`wire_address`)."""
    if not name:
        return address.encode()
    return f"{_phrase(name)}\r\n <{address}>".encode()


def encoded_words(value: str, *, after: int) -> list[str]:
    """RFC 2047 encoded words, none of them parting a character, on lines of at most 76; the first word comes `after` so many characters."""
    if _CONTROL.search(value):
        raise UnableToSend("5.6.0", "A header would hold a line end.")
    words, word, size, room = [], "", 0, _octets_beside(after)
    for character in value:
        octets = len(character.encode("utf-8", "surrogatepass"))
        if size + octets > room:
            words.append(word)
            word, size, room = "", 0, _octets_beside(1)
        word, size = word + character, size + octets
    return [f"=?utf-8?b?{base64.b64encode(one.encode('utf-8', 'replace')).decode()}?=" for one in (*words, word)]


def _octets_beside(taken: int) -> int:
    """What a word on a line with so many characters `taken` can carry: 12 stand round its base64."""
    return (_FOLD_AT - taken - 12) // 4 * 3


@lru_cache(maxsize=16)  # a copy needs it twice: in its envelope and in its header
def wire_address(address: str, *, utf8: bool) -> str:
    """The address as the wire wants it: the domain in A-labels; a non-ASCII local part only where the peer takes it (`utf8`, RFC 6531).

    Raises UnableToSend 5.6.7 for a local part the peer can't take, 5.1.3 for what is no address.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local.encode()) > 64:
        raise UnableToSend("5.1.3", "The address is not written as an address must be.")
    if not local.isascii() and not utf8:
        raise UnableToSend("5.6.7", "The address has letters that this mail relay cannot take (no SMTPUTF8).")
    return f"{local}@{_a_labels(domain)}"


@lru_cache(maxsize=4096)
def _a_labels(domain: str) -> str:
    if domain.isascii() and _DOMAIN.fullmatch(domain):
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise UnableToSend("5.1.2", "The domain of the address cannot exist.") from error


def _phrase(name: str) -> str:
    if "=?" in name or not _PLAIN.fullmatch(name):
        return "\r\n ".join(encoded_words(name, after=_LONGEST_FIELD))
    if _ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _fold(line: str) -> str:
    """Line ends before spaces only, so that unfolding gives the same text."""
    folded, width = [], 0
    for word in re.findall(r" *[^ ]+|^ +", line):
        if width and width + len(word) > _FOLD_AT:
            folded.append("\r\n")
            width = 0
        folded.append(word)
        width += len(word)
    return "".join(folded)


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
