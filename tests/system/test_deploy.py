"""The files to deploy with, each checked by the tool that will read it, as far as that goes without a container engine."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from service.cli.main import COMMANDS

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_systemd_understands_the_unit(unit: Path, tmp_path: Path) -> None:
    """The command does not exist here, so it is replaced by one that does; everything else is as it is."""
    text = re.sub(r"ExecStart=\S+ ", "ExecStart=/bin/echo ", unit.read_text(encoding="utf-8"))
    for other in UNITS:
        (tmp_path / other.name).write_text(
            re.sub(r"ExecStart=\S+ ", "ExecStart=/bin/echo ", other.read_text(encoding="utf-8")), encoding="utf-8"
        )
    (tmp_path / unit.name).write_text(text, encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True, check=False)
    told = [line for line in done.stderr.splitlines() if unit.stem in line]
    assert not told


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_there_is(unit: Path) -> None:
    command = re.search(r"^ExecStart=/opt/kutse/\.venv/bin/kutse (\w+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    assert command
    assert command[1] in COMMANDS


def test_nginx_accepts_the_reverse_proxy(tmp_path: Path) -> None:
    certificate, key = tmp_path / "fullchain.pem", tmp_path / "privkey.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=news.example.org", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    site = (DEPLOY / "nginx" / "kutse.conf").read_text(encoding="utf-8")
    site = site.replace("/etc/letsencrypt/live/news.example.org", str(tmp_path))
    whole = f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{site}\n}}\n"
    (tmp_path / "nginx.conf").write_text(whole, encoding="utf-8")
    done = subprocess.run(["nginx", "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_compose_starts_what_there_is_in_an_order_that_works() -> None:
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    for name in ("migrate", "web", "worker", "intake"):
        assert services[name]["command"] == ["kutse", name]
        assert services[name]["build"]["dockerfile"] == "deploy/Containerfile"
        assert set(services[name].get("depends_on", {})) <= services.keys()
    assert services["web"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())} == compose["volumes"].keys()


def test_compose_sets_only_what_kutse_reads_and_the_example_names_what_it_wants() -> None:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    read = (ROOT / "service" / "settings.py").read_text(encoding="utf-8")
    for variable in set(re.findall(r"^\s+KUTSE_(\w+):", text, re.MULTILINE)):
        assert f'"{variable.lower()}"' in read
    example = (DEPLOY / "env.example").read_text(encoding="utf-8")
    for variable in re.findall(r"\$\{(\w+):\?", text):
        assert f"{variable}=" in example


def test_the_container_file_copies_what_is_there_and_installs_by_hash() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for path in source.split():
            assert (ROOT / path).exists(), path
    assert "--require-hashes" in text
    assert re.search(r"^USER kutse$", text, re.MULTILINE)


def test_locks_name_no_download_address() -> None:
    for lock in (DEPLOY / "lock").glob("*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text
