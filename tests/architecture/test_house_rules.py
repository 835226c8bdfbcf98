"""Rules of the house that import contracts cannot say: pure decisions stay pure, tables are their room's own, rooms say what they are for."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVICE = Path(__file__).parent.parent.parent / "service"
MODULES = sorted(path for path in SERVICE.rglob("*.py") if "piccolo_migrations" not in path.parts)
ROOMS = sorted(path.parent for path in SERVICE.glob("*/__init__.py"))

# A ★ module takes values and gives values: nothing that reaches a database, a queue, a socket, the settings or a clock.
IMPURE = (
    "piccolo",
    "asyncpg",
    "redis",
    "arq",
    "aiosmtplib",
    "aiosmtpd",
    "litestar",
    "socket",
    "asyncio",
    "service.settings",
    "service.persistence",
)

# Set-based SQL over several rooms is read in these places; writes go through the owning room.
READ_MANY_ROOMS = {"mailings/audience.py", "mailings/freeze.py", "sample", "upkeep", "reports"}


def _name(path: Path) -> str:
    return path.relative_to(SERVICE).as_posix()


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _from_imports(path: Path) -> Iterator[tuple[str, ast.alias]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias) for alias in node.names)


def _is_foreign_table(module: str, path: Path) -> bool:
    parts = module.split(".")
    return parts[0] == "service" and parts[-1] == "tables" and parts[1] != _name(path).split("/")[0]


def _asks(node: ast.AST, tables: set[str]) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in tables
        and node.func.attr in {"objects", "select", "insert", "update", "delete", "exists", "count", "raw"}
    )


def _docstring(path: Path) -> str:
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""


PURE = [path for path in MODULES if "★" in _docstring(path).split("\n\n")[0]]


def test_a_pure_decision_touches_nothing_outside() -> None:
    reached = {
        _name(path): [name for name in _imports(path) if any(name == one or name.startswith(f"{one}.") for one in IMPURE)] for path in PURE
    }
    assert {name: found for name, found in reached.items() if found} == {}


def test_a_pure_decision_reads_no_clock() -> None:
    texts = {_name(path): path.read_text(encoding="utf-8") for path in PURE}
    assert [name for name, text in texts.items() if "datetime.now(" in text or "time.time(" in text] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [_name(path) for path in MODULES if not _docstring(path)] == []


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.name)
def test_a_room_s_front_door_holds_only_what_it_promises(path: Path) -> None:
    body = ast.parse((path / "__init__.py").read_text(encoding="utf-8")).body
    assert len(body) == 1


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "service", "manager", "misc"])
def test_no_module_is_named_for_nothing(name: str) -> None:
    assert not [path for path in MODULES if path.stem == name]


def test_no_module_is_a_giant() -> None:
    lines = {_name(path): path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert {name: count for name, count in lines.items() if count > 330} == {}


def test_only_a_table_s_own_room_asks_the_database_for_its_rows() -> None:
    """Rows travel as values; a query for them stands in the room that owns them (named exceptions read over several rooms)."""
    held = [path for path in MODULES if not {_name(path), _name(path).split("/")[0]} & READ_MANY_ROOMS]
    assert {_name(path): found for path in held if (found := _foreign_queries(path))} == {}


def _foreign_queries(path: Path) -> list[str]:
    foreign = {alias.name for module, alias in _from_imports(path) if _is_foreign_table(module, path)}
    return [ast.unparse(node) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if _asks(node, foreign)] if foreign else []


def test_the_rules_find_something_to_hold() -> None:
    assert len(PURE) > 20
    assert len(ROOMS) > 15
