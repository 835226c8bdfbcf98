"""What exists is documented: every setting, every command, every room."""

import re
from pathlib import Path

import pytest

from service.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent.parent
GUIDE = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = (ROOT / "service" / "README.md").read_text(encoding="utf-8")

# Told by `kutse up` to its own children; nobody sets them.
INTERNAL = {"catcher", "embedded"}
SETTINGS = sorted(
    set(re.findall(r'source\.(?:text|number|choice)\("(\w+)"', (ROOT / "service" / "settings.py").read_text(encoding="utf-8"))) - INTERNAL
)
HIDDEN = {"catcher", "prepare"}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_stands_in_the_guide(name: str) -> None:
    variable = f"KUTSE_{name.upper()}"
    family = re.sub(r"^(KUTSE_(?:SMTP|IMAP|INTAKE|WEBHOOK))_(\w+)$", r"`_\2`", variable)
    assert f"`{variable}`" in GUIDE or family in GUIDE or variable == "KUTSE_DATABASE_URL" or variable == "KUTSE_REDIS_URL"


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - HIDDEN))
def test_every_command_stands_in_the_readme(name: str) -> None:
    assert f"kutse {name}" in README


@pytest.mark.parametrize("name", sorted(path.parent.name for path in (ROOT / "service").glob("*/__init__.py")))
def test_every_room_stands_on_the_map(name: str) -> None:
    assert re.search(rf"\b{name}\b", MAP)


def test_the_rules_find_something_to_hold() -> None:
    assert len(SETTINGS) > 15
