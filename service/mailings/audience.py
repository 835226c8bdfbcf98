"""Who a mailing is for ★: a topic's readers, as SQL with its parameters. The same text is counted, shown and frozen.

Set-based SQL over `subscription` and `person`: it reads, and is one of the named exceptions of the design.
"""

from __future__ import annotations

from dataclasses import dataclass

_READERS = """
SELECT person.id AS person_id, person.address, person.name, person.language
FROM subscription JOIN person ON person.id = subscription.person_id
WHERE subscription.topic_id = $1 AND subscription.state = 'active' AND person.erased_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Audience:
    """`sql` yields (person_id, address, name, language), a row a person; `args` fill its places."""

    sql: str
    args: tuple[object, ...]


def readers(*, topic_id: int) -> Audience:
    """Everybody who reads the topic now."""
    return Audience(sql=_READERS, args=(topic_id,))
