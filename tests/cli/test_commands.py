"""The commands of an operator."""

from __future__ import annotations

import json
import stat
from datetime import time
from pathlib import Path

import pytest
from PIL import Image

from service.cli.main import COMMANDS
from service.clusters.tables import Cluster
from service.identity.tables import Coordinator, Membership
from tests.cli.conftest import Run
from tests.support import running

NEW_CLUSTER = (
    *("cluster", "create", "--slug", "klaster", "--name", "Klaster", "--languages", "et, en", "--zone", "Europe/Tallinn"),
    *(
        "--sender-name",
        "Klaster",
        "--sender-address",
        "news@example.org",
        "--contact-address",
        "office@example.org",
        "--postal-address",
        "Jõe 1",
    ),
)


async def test_help_names_every_command_for_people_and_hides_the_others(kutse: Run) -> None:
    told = await kutse("--help")
    assert told.returncode == 0
    for name in COMMANDS:
        assert (f" {name} " in told.stdout) == (name not in ("catcher", "prepare")), name


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in ("catcher", "prepare")])
async def test_each_command_explains_itself(kutse: Run, name: str) -> None:
    told = await kutse(name, "--help")
    assert told.returncode == 0
    assert len(told.stdout.split()) > 15


async def test_a_cluster_and_its_coordinator_are_made_by_command(kutse: Run, database: None, database_url: str) -> None:
    made = await kutse(*NEW_CLUSTER, DATABASE_URL=database_url)
    assert made.returncode == 0, made.stderr
    assert "http://localhost:8000/klaster" in made.stdout
    cluster = await Cluster.objects().where(Cluster.slug == "klaster").first()
    assert cluster is not None
    assert cluster.languages == ["et", "en"]

    let_in = await kutse("coordinator", "create", "ann@example.org", "--cluster", "klaster", DATABASE_URL=database_url)
    assert let_in.stdout.startswith("http://localhost:8000/sign-in/"), let_in.stderr
    coordinator = await Coordinator.objects().where(Coordinator.address == "ann@example.org").first()
    assert coordinator is not None
    assert await Membership.exists().where(Membership.coordinator_id == coordinator.id)


async def test_a_cluster_is_changed_by_command_in_what_is_given_and_nothing_else(
    kutse: Run, database: None, database_url: str, tmp_path: Path
) -> None:
    await kutse(*NEW_CLUSTER, DATABASE_URL=database_url)
    logo = tmp_path / "logo.png"
    Image.new("RGB", (40, 40), "teal").save(logo)
    changed = await kutse(
        *("cluster", "edit", "klaster", "--brand-color", "#123456", "--languages", "en et pl", "--logo", str(logo)),
        *("--quiet-from", "22:00", "--quiet-to", "8:00"),
        DATABASE_URL=database_url,
    )
    assert changed.returncode == 0, changed.stderr
    cluster = await Cluster.objects().where(Cluster.slug == "klaster").first()
    assert cluster is not None
    assert (cluster.brand_color, cluster.languages, cluster.name) == ("#123456", ["en", "et", "pl"], "Klaster")
    assert cluster.logo_digest
    assert (cluster.quiet_from, cluster.quiet_to) == (time(22), time(8))
    listed = await kutse("cluster", "list", DATABASE_URL=database_url)
    assert listed.stdout.split("\t")[:3] == ["klaster", "Klaster", "en et pl"]


async def test_a_change_that_cannot_stand_is_a_sentence_and_changes_nothing(kutse: Run, database: None, database_url: str) -> None:
    await kutse(*NEW_CLUSTER, DATABASE_URL=database_url)
    for arguments in (("--zone", "Mars/Olympus"), (), ("--brand-color", "teal")):
        refused = await kutse("cluster", "edit", "klaster", *arguments, DATABASE_URL=database_url)
        assert refused.returncode in (1, 2)
        assert "Traceback" not in refused.stderr
    assert await Cluster.exists().where(Cluster.zone == "Europe/Tallinn", Cluster.brand_color == "#0b5c6b")


async def test_a_cluster_whose_logo_is_no_picture_is_not_made(kutse: Run, database: None, database_url: str, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_text("no picture")
    refused = await kutse(*NEW_CLUSTER, "--logo", str(tmp_path / "logo.png"), DATABASE_URL=database_url)
    assert refused.returncode == 2
    assert "--logo" in refused.stderr
    assert "not a PNG, JPEG or WebP picture" in refused.stderr
    assert not await Cluster.exists()


async def test_a_language_that_is_not_there_is_named(kutse: Run, database: None, database_url: str) -> None:
    refused = await kutse(*["et,xx" if word == "et, en" else word for word in NEW_CLUSTER], DATABASE_URL=database_url)
    assert refused.returncode == 2
    assert "xx: choose from en et ru pl cnr" in refused.stderr
    assert not await Cluster.exists()


async def test_a_coordinator_for_a_cluster_that_is_not_there_is_not_made(kutse: Run, database: None, database_url: str) -> None:
    told = await kutse("coordinator", "create", "ann@example.org", "--cluster", "nowhere", DATABASE_URL=database_url)
    assert told.returncode == 1
    assert told.stderr == "kutse: There is no such cluster here.\n"
    assert not await Coordinator.exists()


async def test_every_wrong_option_is_named_with_what_is_wrong(kutse: Run, database: None, database_url: str) -> None:
    wrong = [{"Europe/Tallinn": "Nowhere", "news@example.org": "news"}.get(word, word) for word in NEW_CLUSTER]
    told = await kutse(*wrong, DATABASE_URL=database_url)
    assert told.returncode == 1
    assert [line.split(":")[1].strip() for line in told.stderr.splitlines()] == ["--zone", "--sender-address"]


@pytest.mark.parametrize(
    ("arguments", "environment", "status", "sentence"),
    [
        (("nonsense",), {}, 2, "No such command"),
        (("cluster", "create", "--colour", "red"), {}, 2, "No such option"),
        (("migrate",), {}, 78, "start it with `kutse up`"),
        (("migrate",), {"DATABASE_URL": "postgresql://kutse@127.0.0.1:1/x"}, 78, "PostgreSQL does not answer"),
        (("migrate",), {"DATABASE_URL": "not a url"}, 78, "PostgreSQL"),
        (
            ("web",),
            {"DATABASE_URL": "postgresql://kutse@127.0.0.1:1/x", "REDIS_URL": "redis://127.0.0.1:1"},
            78,
            "PostgreSQL does not answer",
        ),
        (("up",), {"KUTSE_PORT": "eighty"}, 78, "KUTSE_PORT must be a whole number"),
        (("up",), {"KUTSE_SECRET": "short"}, 78, "KUTSE_SECRET must have at least 32"),
        (("sample", "load"), {"DATABASE_URL": "postgresql://kutse@127.0.0.1:1/x"}, 1, "Sample clusters are only loaded"),
    ],
)
async def test_what_the_operator_can_put_right_is_a_sentence(
    kutse: Run, arguments: tuple[str, ...], environment: dict[str, str], status: int, sentence: str
) -> None:
    told = await kutse(*arguments, **environment)
    assert told.returncode == status, told.stderr
    assert sentence in told.stderr
    assert "Traceback" not in told.stderr


async def test_a_busy_port_is_a_sentence_for_a_single_web_process_too(kutse: Run) -> None:
    with running.listener() as port:
        told = await kutse("web", KUTSE_PORT=str(port), DATABASE_URL="postgresql://127.0.0.1:1/x", REDIS_URL="redis://127.0.0.1:1")
    assert told.returncode == 78
    assert told.stderr.startswith(f"kutse: Port {port} is in use")


async def test_migrate_says_when_there_is_nothing_to_do(kutse: Run, database: None, database_url: str) -> None:
    told = await kutse("migrate", DATABASE_URL=database_url)
    assert told.stdout == "The database is up to date.\n"


async def test_prepare_opens_the_set_up_page_once_where_servers_are_real(
    kutse: Run, database: None, database_url: str, tmp_path: Path
) -> None:
    into = tmp_path / "told.json"
    assert (await kutse("prepare", "--into", str(into), DATABASE_URL=database_url)).returncode == 0
    told = json.loads(into.read_text())
    assert told["welcome"].startswith("http://localhost:8000/welcome/")
    assert stat.S_IMODE(into.stat().st_mode) == 0o600
    assert not await Cluster.exists()

    await kutse("coordinator", "create", "ann@example.org", DATABASE_URL=database_url)
    await kutse("prepare", "--into", str(into), DATABASE_URL=database_url)
    assert json.loads(into.read_text()) == {}


async def test_samples_are_loaded_once_and_stay_away_when_they_were_removed(
    kutse: Run, database: None, database_url: str, tmp_path: Path
) -> None:
    ours = {"DATABASE_URL": database_url, "KUTSE_EMBEDDED": "postgresql valkey catcher"}
    into = tmp_path / "told.json"
    assert (await kutse("prepare", "--into", str(into), **ours)).returncode == 0
    assert await Cluster.exists().where(Cluster.is_sample.eq(True))
    assert "/sign-in/" in json.loads(into.read_text())["sign_in"]
    assert (await kutse("sample", "remove", "--yes", **ours)).returncode == 0
    assert (await kutse("prepare", "--into", str(into), **ours)).returncode == 0
    assert not await Cluster.exists()


async def test_a_worker_on_a_database_that_is_not_up_to_date_says_what_to_run(kutse: Run, empty_database_url: str) -> None:
    done = await kutse("worker", DATABASE_URL=empty_database_url, REDIS_URL="redis://127.0.0.1:1", KUTSE_SECRET="x" * 32)
    assert done.returncode == 78
    assert "kutse migrate" in done.stderr
    assert "Traceback" not in done.stderr
