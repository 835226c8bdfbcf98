"""What a refusal means: the table, and the words that correct lying codes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.delivery.classification import Verdict, classify, softened
from service.delivery.verdict import Reply


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        *((code, "hard") for code in ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10")),
        *((code, "second") for code in ("5.2.1", "5.7.13")),
        *(
            (code, "soft")
            for code in ("4.2.2", "5.2.2", "5.2.3", "4.3.1", "5.3.4", "4.4.1", "5.4.7", "4.1.1", "4.7.1", "5.4.4", "5.0.0", "5.9.9", "")
        ),
        *((code, "ours") for code in ("5.1.7", "5.1.8", "5.5.2", "5.6.0", "5.7.1", "5.7.26", "5.7.509")),
    ],
)
def test_a_code_alone_is_read_by_the_table(status: str, verdict: str) -> None:
    assert classify(status=status, words="") == verdict


@pytest.mark.parametrize(
    ("status", "words", "verdict"),
    [
        ("5.1.1", "552 5.1.1 <mari@example.net>: mailbox full", "soft"),
        ("5.1.1", "550 5.1.1 User's mailbox is over quota", "soft"),
        ("4.1.1", "450 4.1.1 <mari@example.net>: Recipient address rejected: User unknown in local recipient table", "hard"),
        ("4.1.1", "450 4.1.1 <mari@example.net>: Recipient address rejected: unverified address: Address verification in progress", "soft"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. [AM0PR01]", "hard"),
        ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", "hard"),
        ("", "550 No such user here", "hard"),
        ("", "550 Requested action not taken: mailbox unavailable", "soft"),
        ("5.0.0", "550 unknown user mari", "hard"),
        ("5.7.1", "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using Spamhaus", "ours"),
        ("5.1.1", "550 5.1.1 message rejected as spam by policy", "ours"),
        ("5.7.26", "550 5.7.26 This mail has been blocked because the sender is unauthenticated (SPF, DKIM)", "ours"),
        ("4.7.1", "451 4.7.1 Greylisting in action, please come back later", "soft"),
        ("5.4.4", "Host or domain name not found. Name service error for name=nowhere.example type=MX: Host not found", "hard"),
        ("5.1.2", "Domain does not exist", "hard"),
        ("5.2.0", "550 5.2.0 This account has been disabled", "second"),
        ("5.3.0", "550 5.3.0 unknown user", "hard"),
        ("5.7.1", "550 5.7.1 unknown recipient mari", "hard"),
        ("5.7.13", "550 5.7.13 user account is disabled", "second"),
    ],
)
def test_words_correct_a_lying_code(status: str, words: str, verdict: str) -> None:
    assert classify(status=status, words=words) == verdict


# In the words that large and nearby providers, and the programs behind many small ones, use; addresses and hosts are made up. A line is a whole reply.
REPLIES = {
    "hard": """
        550 5.1.1 The email account that you tried to reach does not exist. Please try 5.1.1 double-checking the recipient's email address for typos or unnecessary spaces.
        550 5.1.1 <mari@example.net>: Recipient address rejected: User unknown in virtual mailbox table
        550 5.1.1 <spam-dmarc@example.net>: Recipient address rejected: User unknown
        550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient mari@example.net not found by SMTP address lookup
        550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [AM0EUR02FT042.example.net]
        550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).
        554 delivery error: dd This user doesn't have an example.com account (mari@example.com) [0] - mta1.example.com
        554 delivery error: dd Not a valid recipient - mta2.example.com
        552 1 Requested mail action aborted, mailbox not found
        550 Message was not accepted -- invalid mailbox.  Local mailbox mari@example.net is unavailable: user not found
        550 Message was not accepted -- invalid mailbox.  Local mailbox mari@example.net is unavailable: user is terminated
        550 5.7.1 No such user! 1763802000-abcDEF12-AbCd
        550 5.1.0 Address rejected.
        511 sorry, no mailbox here by that name (#5.1.1 - chkuser)
        550 Nie ma takiego uzytkownika: mari
        550 Adres mari@example.com: użytkownik nie istnieje
        550 Invalid Recipient - https://docs.example.com/550
        550 mari@example.net... No such user
        551 not our customer
        550 5.2.1 <mari@example.net>... User Unknown
        550 5.0.350 Remote server returned an error -> 550 5.1.1 <mari@example.net>: Recipient address rejected: User unknown
        554 5.4.4 Host or domain name not found. Name service error for name=nowhere.example type=MX: Host not found
        550 5.4.310 DNS domain nowhere.example does not exist [Message=InfoDomainNonexistent]
        550 5.4.4 Unable to route: NXDOMAIN
        450 4.1.2 <mari@nowhere.example>: Recipient address rejected: Domain not found
        556 5.1.10 Recipient address has null MX
        550 DNS error: the domain nowhere.example doesn't receive email according to the administrator: returned Null MX
        553 5.1.2 We weren't able to find the recipient domain. Please check for any spelling errors
        554 5.4.4 Sorry, I couldn't find a mail exchanger or IP address. (#5.4.4)
        550 Unrouteable address
        550 Your message wasn't delivered to mari@example.com because the address couldn't be found. Check for typos and try again.
    """,
    "second": """
        550 5.2.1 The email account that you tried to reach is disabled. For more information, go to https://support.example.com/mail/?p=DisabledUser
        554 30 Sorry, your message to mari@example.com cannot be delivered. This mailbox is disabled (554.30).
        550 Message was not accepted.  Local mailbox mari@example.net is unavailable: account is disabled
        550 5.2.1 This mailbox has been blocked due to inactivity
        550 5.5.0 The recipient account is blocked. LPN007_426
        550 Mailbox is frozen. See http://mail.example.net/err/3/
        525 5.7.13 User account disabled
        554 5.2.0 STOREDRV.Deliver; delivery result banned [Exception:AccountDisabledException]
        550 Konto mari jest nieaktywne
    """,
    "soft": """
        452 4.2.2 The recipient's inbox is out of storage space. Please direct the recipient to https://support.example.com/mail/?p=OverQuotaTemp
        552 5.2.2 The email account that you tried to reach is over quota and inactive.
        554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException; Failed to process message
        552 5.2.2 <mari@example.com>: user is over quota
        550 5.1.1 <mari@example.com>: Recipient address rejected: mailbox mari is full
        552 Requested mail action aborted: exceeded storage allocation
        552 5.2.2 Mailbox size limit exceeded 1763802000-AbCd
        552 Quota exceeded. The recipient's mailbox is full.
        452 4.3.1 Insufficient system storage
        552 5.2.2 This message is larger than the current system limit or the recipient's mailbox is full.
        450 4.2.1 The user you are trying to contact is receiving mail too quickly. Please resend your message at a later time.
        550 5.2.1 The user you are trying to contact is receiving mail at a rate that 5.2.1 prevents additional messages from being delivered.
        450 4.2.0 <mari@example.ee>: Recipient address rejected: Greylisted, see http://postgrey.example.org/help/example.ee.html
        451 4.7.1 Greylisting in action, please come back later
        451 4.7.1 Sorry, the service is currently unavailable. Please come back later. 1763802000-AbCd
        451 4.7.500 Server busy. Please try again later from [192.0.2.25].
        451 4.3.2 Resources temporarily not available - Please try again later [#4.16.5].
        421 4.7.0 Too many connections from your host, slow down
        451 Ratelimit exceeded for the mailbox
        450 4.1.1 <mari@example.com>: Recipient address rejected: unverified address: Address verification in progress
        554 delivery error: dd This account has been temporarily suspended. Please try again later.
        451 4.4.3 Host or domain name not found. Name service error for name=slow.example type=MX: Host not found, try again
        550 5.4.4 Unable to route
        421 4.4.1 Connection timed out
        550 5.4.312 Message expired, DNS query failed
        550 Requested action not taken: mailbox unavailable
        550 An unknown error about this recipient: user error unknown reason
        550 Rejected
    """,
    "ours": """
        571 Email from 192.0.2.25 is currently blocked
        571 Delivery not authorized, message refused
        550 5.7.1 Our system has detected that this message is likely unsolicited mail.
        550 5.7.26 Your email has been blocked because the sender is unauthenticated. DMARC policy of example.org: reject
        550 5.7.25 The IP address sending this message does not have a PTR record setup
        550 5.4.5 Daily user sending limit exceeded. For more information on limits go to https://support.example.com/a/answer/166852
        421 4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your DKIM domain
        421 4.7.0 [TSS04] Messages from 192.0.2.25 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1
        421 4.7.1 [TS03] All messages from 192.0.2.25 will be permanently deferred; Retrying will NOT succeed.
        451 4.7.650 The mail server [192.0.2.25] has been temporarily rate limited due to IP reputation.
        553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.25, because the ip is in Spamhaus's list
        554 5.7.9 Message not accepted for policy reasons. See https://postmaster.example.com/error-codes
        554 Message not allowed - [PH01] Email not accepted for policy reasons.
        550 5.7.1 Unfortunately, messages from [192.0.2.25] weren't sent. Part of their network is on our block list (S3140).
        550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification and has a DMARC policy of reject.
        550 5.7.606 Access denied, banned sending IP [192.0.2.25].
        550 OU-002 Mail rejected for policy reasons.
        550 spam message rejected. Please visit https://help.example.net/notspam-support/id?c=abc
        554 5.7.1 [2] Message rejected under suspicion of SPAM; https://ya.example/1IrBc
        554 5.7.1 <mari@example.com>: Recipient address rejected: Spf check: fail
        550 5.7.1 Spam message rejected
        550 5.1.8 <news@example.org>: Sender address rejected: Domain not found
        450 4.1.8 <news@example.org>: Sender address rejected: Domain not found
        550 5.1.8 Domain of sender address news@example.org does not exist
        550 5.1.7 No such domain mail.example.org.
        450 <mx.example.org>: Helo command rejected: Host not found
        554 5.7.1 <mari@example.com>: Relay access denied
        550 relay not permitted
        554 Email rejected due to security policies - MCSpamSignature.sa.2.2
        550 Administrative prohibition
        554 IP=192.0.2.25 - A problem occurred. (Ask your postmaster for help or to contact tosa@rx.example.de to clarify.)
        554 5.7.1 Message contains a virus: Eicar-Signature
        552 5.3.4 Message size exceeds fixed limit
        552 5.2.3 Message length exceeds administrative limit
        552 Message size exceeds maximum permitted
        550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient
        554 Message rejected: Email address is not verified. The following identities failed the check: news@example.org
        550 Your account has been suspended
        501 5.5.4 Syntax error in parameters or arguments
        554 5.6.0 Invalid message content
    """,
}


@pytest.mark.parametrize(
    ("verdict", "reply"), [(verdict, line.strip()) for verdict, lines in REPLIES.items() for line in lines.strip().splitlines()]
)
def test_a_reply_as_servers_write_it_is_understood(verdict: str, reply: str) -> None:
    assert classify(status=Reply(int(reply[:3]), reply[4:]).status, words=reply) == verdict


def test_a_code_without_dots_is_read_although_a_report_gives_it_a_status_that_says_nothing() -> None:
    assert classify(status="5.0.0", words="571 Delivery not authorized, message refused") is Verdict.OURS
    assert classify(status="5.1.1", words="571 Delivery not authorized, message refused") is Verdict.HARD


@pytest.mark.parametrize(
    ("final", "verdict"),
    [
        ("", "hard"),
        ("mari@example.net", "hard"),
        ("MARI.MAASIKAS@EXAMPLE.NET", "hard"),
        ("mari@elsewhere.example.com", "soft"),
    ],
)
def test_a_hard_code_for_another_domain_counts_as_soft(final: str, verdict: str) -> None:
    assert softened(Verdict.HARD, address="mari@example.net", final=final) == verdict


def test_one_domain_in_two_spellings_is_one() -> None:
    assert softened(Verdict.HARD, address="a@xn--nidis-gra.example.net", final="a@näidis.example.net") is Verdict.HARD


def test_what_is_about_us_stays_about_us_for_another_domain() -> None:
    assert softened(Verdict.OURS, address="a@example.net", final="b@example.com") is Verdict.OURS


@given(st.from_regex(r"[245]\.\d{1,3}\.\d{1,3}|", fullmatch=True), st.text(max_size=2000))
def test_every_refusal_means_something(status: str, words: str) -> None:
    assert classify(status=status, words=words) in Verdict


@given(st.from_regex(r"4\.\d{1,3}\.\d{1,3}", fullmatch=True))
def test_a_temporary_code_alone_never_does_more_than_count(status: str) -> None:
    assert classify(status=status, words="") is Verdict.SOFT
