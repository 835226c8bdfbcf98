"""Where a setting is read from, and the one sentence that says what is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.errors import UnableToStart


@dataclass(frozen=True, slots=True)
class Source:
    """`KUTSE_*` variables before the settings file; or the keys of one table of the file, which its sentences name."""

    environ: Mapping[str, str]
    file: Mapping[str, Any]
    table: str = ""

    def text(self, name: str) -> str | None:
        """As it was written; None where nothing was."""
        value = self.environ.get(f"KUTSE_{name.upper()}", self.file.get(name))
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(value).strip() or None if value is not None else None

    def number(self, name: str, *, default: int, low: int, high: int) -> int:
        """A whole number within its bounds."""
        value = self.text(name)
        if value is None:
            return default
        if not value.isdecimal() or not low <= int(value) <= high:
            raise UnableToStart(f"{self._name(name)} must be a whole number from {low} to {high}, not {value!r}.")
        return int(value)

    def choice(self, name: str, choices: tuple[str, ...]) -> Any:
        """One of the words; the first where nothing was written."""
        value = self.text(name) or choices[0]
        if value not in choices:
            raise UnableToStart(f"{self._name(name)} must be one of {', '.join(choices)}, not {value!r}.")
        return value

    def several(self, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        """A list of the words; all of them where nothing was written."""
        value = self.file.get(name, choices)
        if not isinstance(value, list | tuple) or not value or not set(value) <= set(choices):
            raise UnableToStart(f"{self._name(name)} must be a list of {', '.join(choices)}, not {value!r}.")
        return tuple(value)

    def only(self, names: tuple[str, ...]) -> None:
        """Whether the file holds nothing that nobody reads."""
        for name in self.file:
            if name not in names:
                raise UnableToStart(f"{self._name(name)} is not a setting; there are {', '.join(names)}.")

    def _name(self, name: str) -> str:
        return f"`{name}` of {self.table}" if self.table else f"KUTSE_{name.upper()}"


def read(path: str | None) -> Mapping[str, Any]:
    """The settings file, if one is named."""
    if path is None:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UnableToStart(f"KUTSE_CONFIG names {path}, which cannot be read: {error.strerror}.") from error
    except tomllib.TOMLDecodeError as error:
        raise UnableToStart(f"{path} is not valid TOML: {error}.") from error
