"""Uploads ★: which files are taken as answers. They are only ever handed out as a download, to coordinators."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.errors import Refused

MOST_BYTES = 5 * 1024 * 1024

_ZIP = b"PK\x03\x04"
_TYPES = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (_ZIP,)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (_ZIP,)),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation", (_ZIP,)),
    "odt": ("application/vnd.oasis.opendocument.text", (_ZIP,)),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet", (_ZIP,)),
    "odp": ("application/vnd.oasis.opendocument.presentation", (_ZIP,)),
}
"""Ending → media type, and what such a file begins with."""

ACCEPT = ",".join(f".{ending}" for ending in _TYPES)

_LONGEST_NAME = 120
_UNFIT = re.compile(r'[\x00-\x1f\x7f-\x9f"\\/:*?<>|\u200b-\u200f\u2028-\u202e\u2066-\u2069]+')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came. `name` is fit to be shown (`named`). `aside_id`: where the content of one lies that was found good before (`events.aside`)."""

    name: str
    content: bytes
    aside_id: int | None = None

    @property
    def media_type(self) -> str:
        """By its ending; one that is not taken is plain bytes."""
        return _TYPES.get(_ending(self.name), ("application/octet-stream", ()))[0]


def named(filename: str) -> str:
    """The last part of a file's name without anything that a file system or a header would stumble over; its ending is kept when it is cut."""
    plain = _UNFIT.sub("_", re.split(r"[\\/]", filename)[-1]).strip(" .") or "file"
    stem, dot, ending = plain.rpartition(".")
    if len(plain) <= _LONGEST_NAME or not dot:
        return plain[:_LONGEST_NAME]
    return f"{stem[: _LONGEST_NAME - len(ending[:10]) - 1]}.{ending[:10]}"


def refuse_bad(upload: Upload, *, field: str) -> None:
    """Raises Refused for a file that is empty, too large, of another type, or not what its name says."""
    if len(upload.content) > MOST_BYTES:
        raise Refused("The file is too large: at most 5 MB.", field=field)
    if _ending(upload.name) not in _TYPES:
        raise Refused(
            "Files of this type are not taken. Choose a PDF, a PNG or JPEG picture, or a text, table or slides from an office program.",
            field=field,
        )
    if not upload.content.startswith(_TYPES[_ending(upload.name)][1]):
        raise Refused("This file is empty, damaged, or not what its name says. Save it again and choose it once more.", field=field)


def _ending(name: str) -> str:
    _, dot, ending = name.rpartition(".")
    return ending.casefold() if dot else ""
