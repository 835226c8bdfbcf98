"""Names as strangers type them ★: they go into letters, so nobody may make a letter of ours say what they want."""

from __future__ import annotations

import re
import unicodedata

from service.errors import Refused

LONGEST = 120

_LINK = re.compile(r"://|www\.|https?:|\b[\w-]{2,}\.(?:com|net|org|info|io|ru|ee|pl|xyz|top|click|link|shop|online|site)\b", re.IGNORECASE)
_SPACES = re.compile(" +")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def normalise(text: str, *, field: str = "name", required: bool = False) -> str:
    """The name with single spaces; raises Refused, at `field`, for links, control characters, or more than 120 characters."""
    name = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")
    if required and not name:
        raise Refused("Write the name.", field=field)
    if len(name) > LONGEST:
        raise Refused("A name has at most {longest} characters.", field=field, longest=LONGEST)
    if _LINK.search(name) or any(unicodedata.category(letter) in _UNSEEN for letter in name):
        raise Refused("A name cannot have links or line breaks in it.", field=field)
    return name
