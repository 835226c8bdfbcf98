"""Getting to a relay: TLS that is verified, AUTH, what it offers; and at which stage it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from service.delivery import smtp
from service.delivery.smtp import Abilities, UnableToConnect
from service.delivery.verdict import Stage
from service.settings import Relay
from tests.support.delivery import RelayServer, listening

OFFERS = "250-relay.example.net\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate that nobody vouches for."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.example.net")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
    parts = (
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM),
    )
    path = tmp_path_factory.mktemp("tls") / "relay.pem"
    path.write_bytes(b"".join(parts))
    return path


@contextlib.asynccontextmanager
async def relay(certificate: Path, *, security: str, verify: bool) -> AsyncIterator[Relay]:
    """A server that speaks TLS from the start or after STARTTLS, for as long as it takes to greet."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            writer.write(b"220 relay.example.net ESMTP\r\n")
            while line := await reader.readline():
                if line.startswith(b"STARTTLS"):
                    writer.write(b"220 go\r\n")
                    await writer.start_tls(context)
                else:
                    writer.write(OFFERS.encode() if line.startswith(b"EHLO") else b"250 ok\r\n")
        writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context if security == "tls" else None)
    port = listener.sockets[0].getsockname()[1]
    try:
        yield Relay(host="127.0.0.1", port=port, security=security, verify=verify, timeout=5)  # type: ignore[arg-type]
    finally:
        listener.close()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_that_nobody_vouches_for_is_refused_unless_the_operator_says_otherwise(
    certificate: Path, security: str
) -> None:
    async with relay(certificate, security=security, verify=True) as careful:
        with pytest.raises(UnableToConnect) as refused:
            await smtp.connect(careful, hostname="kutse.example.org")
    assert refused.value.stage is Stage.TLS
    async with relay(certificate, security=security, verify=False) as trusting:
        transport, abilities = await smtp.connect(trusting, hostname="kutse.example.org")
        assert transport.get_extra_info("ssl_object") is not None
        assert abilities == Abilities(pipelining=True, size=1000)
        transport.abort()


async def test_a_relay_without_starttls_gets_neither_letter_nor_password() -> None:
    async with listening(RelayServer()) as server:
        with pytest.raises(UnableToConnect) as refused:
            await smtp.connect(server.relay(security="starttls", username="kutse", password="x"), hostname=None)
    assert refused.value.stage is Stage.TLS
    assert not [line for line in server.log if line.startswith("AUTH")]


@pytest.mark.parametrize(
    ("server", "stage", "words"),
    [
        (RelayServer(greeting="554 5.7.1 go away"), Stage.GREETING, "554 5.7.1 go away"),
        (RelayServer(greeting="421 4.3.2 too busy"), Stage.GREETING, "421 4.3.2 too busy"),
        (RelayServer(greeting="hang up"), Stage.GREETING, None),
        (RelayServer(on_auth=lambda _: "535 5.7.8 wrong password"), Stage.AUTH, "535 5.7.8 wrong password"),
        (RelayServer(on_auth=lambda _: "454 4.7.0 later"), Stage.AUTH, "454 4.7.0 later"),
        (RelayServer(greeting="554 für \0 Sie", encoding="latin-1"), Stage.GREETING, "554 f?r Sie"),
    ],
    ids=["554", "421", "hangs up", "wrong password", "no AUTH now", "no UTF-8"],
)
async def test_what_is_refused_before_the_envelope_says_where_and_in_which_words(
    server: RelayServer, stage: Stage, words: str | None
) -> None:
    async with listening(server):
        with pytest.raises(UnableToConnect) as refused:
            await smtp.connect(server.relay(username="kutse", password="x"), hostname=None)
    assert refused.value.stage is stage or (words is None and refused.value.stage is Stage.CONNECT)
    assert words is None or str(refused.value.reply) == words
