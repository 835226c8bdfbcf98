"""The settings file: what it says is held to the same bounds as the variables."""

from pathlib import Path

import pytest

from service.errors import UnableToStart
from service.settings import Relay, load


def relays(folder: Path, text: str) -> tuple[Relay, ...]:
    (folder / "kutse.toml").write_text(text)
    return load({"KUTSE_CONFIG": str(folder / "kutse.toml")}).relays


def test_relays_of_the_file_have_the_defaults_of_the_variables(tmp_path: Path) -> None:
    one, other = relays(
        tmp_path,
        '[[relays]]\nhost="a.example.org"\nkinds=["service"]\nconnections=1\nverify=false\n'
        '[[relays]]\nname="bulk"\nhost="b.example.org"\nsecurity="tls"\nkinds=["news"]\n',
    )
    assert one == Relay(name="a.example.org", host="a.example.org", kinds=("service",), connections=1, verify=False)
    assert other == Relay(name="bulk", host="b.example.org", port=465, security="tls", kinds=("news",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[[relays]]\nhost="a.org"\nsecurity="ssl"',
            "`security` of the relay a.org in the settings file must be one of starttls, tls, none, not 'ssl'",
        ),
        ('[[relays]]\nhost="a.org"\nkinds="news"', "`kinds` of the relay a.org .* must be a list of service, news, not 'news'"),
        ('[[relays]]\nhost="a.org"\nkinds=["letters"]', "`kinds` of the relay a.org .* must be a list of"),
        ('[[relays]]\nhost="a.org"\nconnections=0', "`connections` of the relay a.org .* from 2 to 100, not '0'"),
        ('[[relays]]\nhost="a.org"\npriority="first"', "`priority` of the relay a.org .* whole number"),
        ('[[relays]]\nhost="a.org"\nverify="maybe"', "`verify` of the relay a.org .* one of yes, no"),
        ('[[relays]]\nhost="a.org"\nuser="kutse"', "`user` of the relay a.org .* is not a setting; there are name, host, port"),
        ('[[relays]]\nhost="a.org"\n[[relays]]\nname="a.org"\nhost="b.org"', "Two .* have the name 'a.org'"),
        ('[[relays]]\nname="one"', "The relay one .* needs a `host`"),
        ("[[relays]]\nport=25", "The relay 1 .* needs a `host`"),
        ('[[relays]]\nhost="a.org"\nkinds=["news"]', "takes service letters"),
        ('[relays]\nhost="a.org"', r"must be \[\[relays\]\] tables"),
    ],
)
def test_a_relay_of_the_file_that_cannot_be_meant_so_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UnableToStart, match=said):
        relays(tmp_path, text)
