"""Why a newsletter stopped itself, and what to do, in words ★."""

from __future__ import annotations

from service.delivery.alarm import Kind
from service.errors import Problem

AFTERWARDS = Problem("It was sent already, so that nothing could be stopped. Look at the causes before the next one.")
"""Instead of advice on going on."""


def why(kind: Kind, *, bad: int, settled: int) -> Problem:
    """What happened, with the figures."""
    figures = {"bad": bad, "settled": settled}
    match kind:
        case Kind.HARD:
            return Problem("Undeliverable, because there is no such mailbox: {bad} of {settled} copies, more than 5%.", values=figures)
        case Kind.OURS:
            return Problem(
                "Refused because of us (our sender, its reputation or the content): {bad} of {settled} copies, more than 5%.",
                values=figures,
            )
        case Kind.COMPLAINT:
            return Problem("Reported as spam by its readers: {bad} of {settled} copies, more than 0.1%.", values=figures)


def advice(kind: Kind) -> Problem:
    """What to do before it goes on."""
    match kind:
        case Kind.HARD:
            return Problem(
                "Look at where these addresses came from. Dead addresses get no mail any more; if the others are good, continue. A list with many dead addresses makes providers refuse the rest."
            )
        case Kind.OURS:
            return Problem(
                "Read below what the servers say. The operator can check SPF, DKIM, DMARC and block lists with “kutse doctor”. Continue when the cause is gone."
            )
        case Kind.COMPLAINT:
            return Problem(
                "Did these people ask for this newsletter? Those who complained get no more news. Continue only if you are sure."
            )
