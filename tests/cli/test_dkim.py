"""`kutse dkim`: keys made, records shown, nothing signed that nobody could verify."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import click
import pytest

from service.cli import dkim
from service.cli.checks import dns
from service.cli.checks.finding import Standing
from service.clusters.tables import Cluster
from service.delivery import signing_keys
from service.settings import Mail, Relay, Settings
from service.tokens import Keys
from tests.cli.conftest import Run
from tests.support import factories, signing

DOMAIN = "klaster.ee"


@pytest.fixture(autouse=True)
def _made_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keys of the run: to make an RSA key takes long on a busy machine."""
    monkeypatch.setattr(signing_keys, "_made", lambda: tuple(key.private for key in signing.signer().keys))


class Office:
    """The operator at the terminal, and the DNS that they fill."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = replace(settings, relays=(Relay(host="mx.klaster.ee"),), mail=Mail(domain="post.klaster.ee"))
        self.now, self.zone = now, {("mx.klaster.ee", "A"): ["192.0.2.7"]}

    async def says(self, step: str | None = None, *, force: bool = False) -> tuple[str, list[dkim.Shown]]:
        return await dkim.carry_out(settings=self.settings, slug="loomeklaster", step=step, force=force, now=self.now, ask=self.ask)

    def ask(self, name: str, kind: str) -> list[str] | None:
        return self.zone.get((name, kind))

    async def publish(self) -> None:
        """Write everything that was shown into the zone, as a zone file's reader would."""
        for one in (await self.says())[1]:
            if one.record is not None:
                name, _, kind, value = one.record.line.split(" ", 3)
                self.zone[name.rstrip("."), kind] = ["".join(re.findall(r'"([^"]*)"', value)) if kind == "TXT" else value]

    async def states(self) -> list[str]:
        return [key.state for key in await signing_keys.of(domain=DOMAIN)]


@pytest.fixture
async def office(database: None, settings: Settings, now: datetime) -> Office:
    await factories.cluster(now=now, sender_address=f"uudised@{DOMAIN}")
    return Office(settings, now)


async def test_the_first_call_makes_keys_and_shows_every_record_that_is_missing(office: Office) -> None:
    said, shown = await office.says()
    assert "Nothing is signed yet" in said
    assert await office.states() == ["made", "made"]
    lines = [one.record.line for one in shown if one.record]
    assert lines[0].startswith(f'kutse20261122r._domainkey.{DOMAIN}. IN TXT "v=DKIM1; k=rsa; p=')
    assert len(re.findall(r'"([^"]*)"', lines[0])[0]) == 255
    assert lines[1].startswith(f'kutse20261122e._domainkey.{DOMAIN}. IN TXT "v=DKIM1; k=ed25519; p=')
    assert lines[2:] == [
        f'{DOMAIN}. IN TXT "v=spf1 a:mx.klaster.ee ~all"',
        'post.klaster.ee. IN TXT "v=spf1 a:mx.klaster.ee ~all"',
        f'_dmarc.{DOMAIN}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{DOMAIN}"',
        "post.klaster.ee. IN MX 10 kutse.example.org.",
    ]


async def test_keys_sign_only_once_dns_has_both(office: Office) -> None:
    await office.says()
    with pytest.raises(click.ClickException, match=r"kutse20261122r._domainkey.klaster.ee is not in DNS"):
        await office.says("activate")
    await office.publish()
    office.zone[f"kutse20261122e._domainkey.{DOMAIN}", "TXT"] = ["v=DKIM1; k=ed25519; p=AAAA"]
    with pytest.raises(click.ClickException, match="holds another key than ours"):
        await office.says("activate")
    assert await office.states() == ["made", "made"]
    del office.zone[f"kutse20261122e._domainkey.{DOMAIN}", "TXT"]
    await office.publish()
    said, shown = await office.says("activate")
    assert said == "Letters are signed with both keys."
    assert {one.finding.standing for one in shown} == {Standing.GOOD}


async def test_rotated_keys_take_over_when_they_are_published_and_the_former_ones_go_after_a_week(office: Office) -> None:
    await office.publish()
    await office.says("activate")
    assert "The former keys sign until" in (await office.says("rotate"))[0]
    with pytest.raises(click.ClickException, match="New keys wait already"):
        await office.says("rotate")
    await office.publish()
    assert "stay in DNS until 29 November 2026" in (await office.says("activate"))[0]
    with pytest.raises(click.ClickException, match="No keys were replaced"):
        await office.says("retire")
    office.now += timedelta(days=8)
    said, _ = await office.says("retire")
    assert f"Take these records out of DNS: kutse20261122e._domainkey.{DOMAIN}, kutse20261122r._domainkey.{DOMAIN}." in said
    assert await office.states() == ["active", "active"]


async def test_an_operator_may_begin_without_dns_and_stop(office: Office) -> None:
    assert (await office.says("activate", force=True))[0].endswith("Letters are signed with both keys.")
    with pytest.raises(click.ClickException, match="No keys wait"):
        await office.says("activate", force=True)
    await office.says("stop")
    assert await office.states() == ["made", "made"]
    with pytest.raises(click.ClickException, match="Nothing was signed"):
        await office.says("stop")


async def test_a_relay_that_rewrites_what_is_signed_is_left_to_sign(office: Office) -> None:
    office.settings = replace(office.settings, relays=(Relay(host="email-smtp.eu-central-1.amazonaws.com"),))
    await office.publish()
    with pytest.raises(click.ClickException, match="keys of its own"):
        await office.says("activate")
    await office.says("activate", force=True)
    assert await office.states() == ["active", "active"]


async def test_a_resolver_that_does_not_answer_is_a_doubt_and_the_keys_are_shown_all_the_same(office: Office) -> None:
    def ask(_name: str, _kind: str) -> list[str] | None:
        raise OSError("timed out")

    office.ask = ask  # type: ignore[method-assign,assignment]
    _, shown = await office.says()
    assert sum(one.record is not None for one in shown) == 2
    with pytest.raises(click.ClickException, match="timed out"):
        await office.says("activate")


@pytest.mark.parametrize(
    ("found", "state", "standing"),
    [
        (["v=DKIM1; k=rsa; p=QUJD"], "active", Standing.GOOD),
        (["p=QUJD"], "active", Standing.GOOD),
        (["other", "k=rsa;v=DKIM1;p= QU JD ;"], "active", Standing.GOOD),
        (["v=DKIM1; k=rsa; p=QUJD"], "made", Standing.DOUBTFUL),
        (["v=DKIM1; k=rsa; p="], "active", Standing.BAD),
        (["v=DKIM1; k=ed25519; p=QUJD"], "active", Standing.BAD),
        ([], "active", Standing.BAD),
        (None, "active", Standing.BAD),
        (None, "made", Standing.DOUBTFUL),
    ],
)
def test_a_key_is_compared_with_what_dns_says(found: list[str] | None, state: str, standing: Standing) -> None:
    selector = dns.Selector("s._domainkey.klaster.ee", "v=DKIM1; k=rsa; p=QUJD", state)
    assert dns.key(selector, lambda _name, _kind: found).standing is standing


async def test_doctor_says_that_a_key_does_not_open_with_the_secret(office: Office) -> None:
    await office.says()
    known = dkim.selectors(await signing_keys.of(domain=DOMAIN), Keys(("another secret of another installation",)))
    findings = dns.look([DOMAIN], settings=office.settings, selectors={DOMAIN: known}, ask=office.ask)
    assert sum("does not open with KUTSE_SECRET" in one.seen for one in findings) == 2

    def unreachable(_name: str, _kind: str) -> list[str]:
        raise OSError("no resolver")

    findings = dns.look([DOMAIN], settings=office.settings, selectors={DOMAIN: known}, ask=unreachable)
    assert [one.standing for one in findings] == [Standing.BAD, Standing.BAD, Standing.DOUBTFUL]


async def test_the_command_prints_records_a_zone_can_hold(cluster: Cluster, kutse: Run, database_url: str) -> None:
    told = await kutse("dkim", "loomeklaster", DATABASE_URL=database_url, KUTSE_SECRET="x" * 32)
    assert told.returncode == 0, told.stderr
    assert re.search(r'^  kutse\d{8}e\._domainkey\.loomeklaster\.example\.org\. IN TXT "v=DKIM1; k=ed25519; p=\S{44}"$', told.stdout, re.M)
    assert "Nothing is signed yet" in told.stdout
