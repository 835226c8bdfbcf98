"""Whose word is believed about who sent a message."""

from __future__ import annotations

import pytest

from service.returns import authenticated, mime

OURS = "mx.kutse.example.org"
PASS = f"{OURS}; dmarc=pass header.from=example.org"


@pytest.mark.parametrize(
    ("fields", "author"),
    [
        (["Mari <mari1@example.org>"], "mari1@example.org"),
        (["mari1@example.org"], "mari1@example.org"),
        (['"mari1@example.org" <jaan@example.org>'], "jaan@example.org"),
        (['"Maasikas, Mari" (home) <mari1@example.org>'], "mari1@example.org"),
        (["=?utf-8?q?M=C3=A4ri?= <mari1@example.org>"], "mari1@example.org"),
        (["mari1@example.org <jaan@example.org>"], ""),
        (["mari1@example.org, jaan@example.org"], ""),
        (["Mari <mari1@example.org>", "Jaan <jaan@example.org>"], ""),
        (["Mari <mari1@example.org> <jaan@example.org>"], ""),
        ([], ""),
    ],
)
def test_a_message_has_one_author_or_none(fields: list[str], author: str) -> None:
    content = "".join(f"From: {one}\r\n" for one in fields) + "Subject: x\r\n\r\n"
    assert authenticated.author(mime.read(content.encode())) == author


@pytest.mark.parametrize(
    "results",
    [
        [PASS],
        ["mx.kutse.example.org 1; spf=pass smtp.mailfrom=example.org; DMARC=Pass (p=none dis=none) header.from=example.org"],
        ['MX.Kutse.Example.Org; dkim=pass header.d=example.org; dmarc=pass header.from="example.org"'],
        ["mx.kutse.example.org; dmarc=pass policy.published-domain-policy=none header.from=mari1@example.org"],
        ["relay.example.net; dmarc=fail header.from=example.org", PASS],
    ],
)
def test_our_own_server_s_pass_for_the_domain_is_believed(results: list[str]) -> None:
    assert authenticated.passes(results=results, authserv_id=OURS, address="Mari1@Example.ORG")


@pytest.mark.parametrize(
    "results",
    [
        [],
        ["mx.elsewhere.example; dmarc=pass header.from=example.org"],
        [f"{OURS}; spf=pass smtp.mailfrom=example.org"],
        [f"{OURS}; dmarc=fail header.from=example.org"],
        [f"{OURS}; dmarc=pass header.from=example.net"],
        [f"{OURS}; dmarc=pass header.from=example.org.example.net"],
        [f"{OURS}; dmarc=pass"],
        [f"{OURS}; dmarc=pass header.from=example.net header.from=example.org"],
        [f"{OURS}; dmarc=fail header.from=example.org; dmarc=pass header.from=example.org"],
        [f"{OURS}; dmarc=fail header.from=example.org", PASS],
        [f"{OURS}; spf=pass smtp.mailfrom=example.net", PASS],
    ],
    ids=" | ".join,
)
def test_anything_else_is_not(results: list[str]) -> None:
    assert not authenticated.passes(results=results, authserv_id=OURS, address="mari1@example.org")


@pytest.mark.parametrize(
    "said",
    [
        'spf=pass smtp.mailfrom="a; dmarc=pass header.from=example.org; b"@example.net',
        "spf=pass (sent by x; dmarc=pass header.from=example.org; y) smtp.mailfrom=example.net",
        r"spf=pass (\); dmarc=pass header.from=example.org; y) smtp.mailfrom=example.net",
        'spf=pass (x ") smtp.mailfrom="a) ; dmarc=pass header.from=example.org; y="@example.net',
    ],
)
def test_a_sender_s_words_in_our_server_s_field_are_no_result(said: str) -> None:
    assert not authenticated.passes(results=[f"{OURS}; {said}"], authserv_id=OURS, address="mari1@example.org")
