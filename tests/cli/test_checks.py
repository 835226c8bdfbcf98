"""What `kutse doctor` finds: in DNS (answers as a resolver gives them), at a relay, in the database."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from service.cli.checks import dns, records, relay, site
from service.cli.checks.finding import Finding, Standing
from service.clusters.tables import Cluster
from service.mailbox import catcher
from service.settings import Mail, Mailbox, Relay, Returns, Settings, Site
from tests.cli.conftest import Run
from tests.support.running import free_port

OURS = Settings(relays=(Relay(host="mx.klaster.ee"),), mail=Mail(domain="klaster.ee", hostname="mx.klaster.ee"))
THERE = {
    ("mx.klaster.ee", "A"): ["203.0.113.7"],
    ("7.113.0.203.in-addr.arpa", "PTR"): ["mx.klaster.ee."],
    ("relay.net", "TXT"): ["v=spf1 ip4:203.0.113.0/29 -all"],
    ("_spf.google.com", "TXT"): ["v=spf1 ip4:198.51.100.0/24 ~all"],
    ("aspmx.l.google.com", "A"): ["198.51.100.1"],
}
GOOD = {
    ("klaster.ee", "MX"): ["10 mx.klaster.ee."],
    ("klaster.ee", "TXT"): ["some-verification=1", "v=spf1 include:relay.net ~all"],
    ("_domainkey.klaster.ee", "TXT"): [],
    ("_dmarc.klaster.ee", "TXT"): ["v=DMARC1; p=none"],
}


def look(records: dict[tuple[str, str], list[str]], domain: str = "klaster.ee", settings: Settings = OURS) -> list[Finding]:
    zone = {**THERE, **records}
    return dns.look([domain], settings=settings, ask=lambda name, kind: zone.get((name, kind)))


def standings(records: dict[tuple[str, str], list[str]], domain: str = "klaster.ee") -> list[Standing]:
    return [one.standing for one in look(records, domain)]


def test_a_domain_with_all_records_is_good() -> None:
    assert standings(GOOD) == [Standing.GOOD] * 5


@pytest.mark.parametrize("place", range(4))
def test_each_missing_record_is_a_finding_with_what_to_do(place: int) -> None:
    findings = look({key: value for number, (key, value) in enumerate(GOOD.items()) if number != place})
    wrong = [one for one in findings if one.standing is Standing.BAD]
    assert len(wrong) == 1
    assert findings.index(wrong[0]) == place
    assert wrong[0].advice


@pytest.mark.parametrize(
    ("record", "standing"),
    [
        ("v=spf1 -all", Standing.BAD),
        ("v=spf1 ~all", Standing.DOUBTFUL),
        ("v=spf1 +all", Standing.DOUBTFUL),
        ("v=spf1 include:_spf.google.com -all", Standing.BAD),
        ("v=spf1 include:nowhere.net -all", Standing.BAD),
        ("v=spf1 include:klaster.ee -all", Standing.BAD),
        ("v=spf1 a:mx.klaster.ee -all", Standing.GOOD),
        ("v=spf1 mx -all", Standing.GOOD),
        ("v=spf1 ip6:2001:db8::/32 ip4:203.0.113.7 -all", Standing.GOOD),
        ("v=spf1 -ip4:203.0.113.7 mx -all", Standing.BAD),
        ("v=spf1 exists:%{i}.list.net mx/28 -all", Standing.GOOD),
        ("v=spf1 redirect=relay.net", Standing.GOOD),
    ],
)
def test_an_spf_record_is_read_as_a_receiving_server_does(record: str, standing: Standing) -> None:
    found = look({**GOOD, ("klaster.ee", "TXT"): [record]})[1]
    assert found.standing is standing, found
    assert found.advice or standing is Standing.GOOD


def test_a_provider_is_named_as_it_documents_and_what_the_domain_says_of_others_stays() -> None:
    settings = replace(OURS, relays=(Relay(host="smtp.mailgun.org"),))
    zone = {**GOOD, ("mailgun.org", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"], ("klaster.ee", "TXT"): ["v=spf1 include:_spf.google.com -all"]}
    missing = look(zone, settings=settings)[1]
    assert missing.standing is Standing.BAD
    assert "v=spf1 include:_spf.google.com include:mailgun.org -all" in missing.advice
    zone["klaster.ee", "TXT"] = ["v=spf1 include:_spf.google.com include:mailgun.org ~all"]
    assert look(zone, settings=settings)[1].standing is Standing.DOUBTFUL  #
    zone["mailgun.org", "TXT"] = ["v=spf1 ip4:198.51.100.0/24 -all"]
    assert look(zone, settings=settings)[1].standing is Standing.GOOD
    assert records.spf("klaster.ee", settings).value == "v=spf1 include:mailgun.org ~all"


def test_bounces_that_come_to_a_server_that_is_not_ours_are_a_doubt_unless_its_mailbox_is_read() -> None:
    zone = {**GOOD, ("klaster.ee", "MX"): ["1 aspmx.l.google.com."]}
    assert look(zone)[0].standing is Standing.DOUBTFUL
    mailbox = Mailbox(host="imap.gmail.com", username="kutse", password="x")
    assert look(zone, settings=replace(OURS, returns=Returns(mailbox=mailbox)))[0].standing is Standing.GOOD
    zone["aspmx.l.google.com", "A"] = THERE["mx.klaster.ee", "A"]
    assert look(zone)[0].standing is Standing.GOOD


def test_an_address_whose_name_does_not_lead_back_is_a_doubt() -> None:
    assert look({**GOOD, ("7.113.0.203.in-addr.arpa", "PTR"): []})[-1].standing is Standing.DOUBTFUL
    assert look({**GOOD, ("7.113.0.203.in-addr.arpa", "PTR"): ["host7.hoster.net."]})[-1].standing is Standing.DOUBTFUL


def test_bounces_of_another_organisation_are_a_doubt() -> None:
    settings = replace(OURS, mail=Mail(domain="post.other.ee", hostname="mx.klaster.ee"))
    assert "SPF does not count for DMARC" in look(GOOD, settings=settings)[4].seen


def test_two_spf_records_count_as_none() -> None:
    assert standings({**GOOD, ("klaster.ee", "TXT"): ["v=spf1 -all", "v=spf1 mx -all"]})[1] is Standing.BAD


def test_a_policy_of_the_organisation_counts_for_its_subdomain() -> None:
    zone = {(f"news.{name}" if name == "klaster.ee" else name, kind): value for (name, kind), value in GOOD.items()}
    zone["_domainkey.news.klaster.ee", "TXT"] = []
    assert standings(zone, "news.klaster.ee") == [Standing.GOOD] * 5


def test_a_sample_domain_is_only_doubtful() -> None:
    assert standings({}, "example.org")[:-1] == [Standing.DOUBTFUL]


def test_no_resolver_is_one_doubt() -> None:
    def ask(_name: str, _kind: str) -> list[str] | None:
        raise OSError("timed out")

    assert [one.standing for one in dns.look(["a.ee", "b.ee"], settings=OURS, ask=ask)] == [Standing.DOUBTFUL]


async def test_a_relay_that_takes_our_mail_is_good(tmp_path: Path) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(catcher.serve(listening, folder=tmp_path, clock=lambda: None))  # type: ignore[arg-type,return-value]
    one = await _relay(Relay(host="127.0.0.1", port=listening.getsockname()[1], security="none"))
    assert one.standing is Standing.GOOD
    without_tls = await _relay(Relay(host="127.0.0.1", port=listening.getsockname()[1], security="starttls"))
    assert without_tls.standing is Standing.BAD
    assert "no STARTTLS" in without_tls.seen
    serving.cancel()


async def test_a_relay_that_is_not_there_is_bad() -> None:
    one = await _relay(Relay(host="127.0.0.1", port=free_port(), security="none"))
    assert one.standing is Standing.BAD
    assert "Connection refused" in one.seen


def test_no_relay_at_all_is_bad() -> None:
    assert relay.look(Settings())[0].standing is Standing.BAD


def test_a_public_site_without_tls_is_bad_and_a_secret_that_others_read_too(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x" * 40)
    (tmp_path / "secret").chmod(0o644)
    found = site.look(Settings(state=tmp_path, site=Site(url="http://news.klaster.ee")))
    assert [one.standing for one in found] == [Standing.BAD, Standing.BAD, *[found[2].standing]]


async def test_doctor_ends_with_one_when_something_does_not_work_and_with_zero_otherwise(
    kutse: Run, cluster: Cluster, database_url: str, valkey_url: str, tmp_path: Path
) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(catcher.serve(listening, folder=tmp_path, clock=lambda: None))  # type: ignore[arg-type,return-value]
    (tmp_path / "state").mkdir()
    servers = {"DATABASE_URL": database_url, "REDIS_URL": valkey_url, "KUTSE_CATCHER": f"127.0.0.1:{listening.getsockname()[1]}"}
    healthy = await kutse("doctor", **servers)
    assert healthy.returncode == 0, healthy.stdout
    ill = await kutse("doctor", **{**servers, "REDIS_URL": "redis://127.0.0.1:1", "KUTSE_SMTP_HOST": "127.0.0.1", "KUTSE_SMTP_PORT": "1"})
    assert ill.returncode == 1
    assert "REDIS_URL" in ill.stdout
    assert "loomeklaster.example.org is not a domain that mail can come from" in ill.stdout
    serving.cancel()


async def _relay(one: Relay) -> Finding:
    return (await asyncio.to_thread(relay.look, Settings(relays=(one,))))[0]
