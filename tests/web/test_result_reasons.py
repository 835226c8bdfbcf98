"""Why somebody did not get a newsletter: sentences for coordinators, the code beside them for whoever runs the mail server."""

import pytest

from service.web.console.mailing_results import in_words


@pytest.mark.parametrize(
    ("reason", "reply", "sentence", "code"),
    [
        ("refused 5.1.1 at rcpt", "", "Address does not work", "5.1.1"),
        ("refused 5.1.1 at rcpt", "550 5.1.1 mailbox full", "Could not be delivered", "5.1.1"),
        ("refused 550 at rcpt", "550 no such user here", "Address does not work", "550"),
        ("refused 5.7.1 at dot", "", "Our mail was refused", "5.7.1"),
        ("no answer at dot", "", "Their mail server gave no answer.", ""),
        ("too late", "", "It had waited until it was of no use any more.", ""),
        ("5.6.7", "", "Their mail server does not take addresses with such letters.", "5.6.7"),
        ("5.3.0", "", "Their copy could not be made; please tell the operator.", "5.3.0"),
        ("suppressed", "", "This address gets no news: earlier mail came back, or they left.", ""),
        ("something new", "", "", "something new"),
    ],
)
def test_a_reason_is_a_sentence(reason: str, reply: str, sentence: str, code: str) -> None:
    assert in_words(reason, reply) == (sentence, code)
