"""Forgetting a person: what they and servers wrote loses everything that is about their address, and the rows stay for the counts.

What is held back stays held: a suppression is what keeps us from writing to somebody who is gone.
"""

from __future__ import annotations

from service.persistence.engine import connection
from service.persistence.transaction import transaction


async def forget(*, cluster_id: int, address: str, person_id: int) -> None:
    """Empty reports about an address, answers from it or for the person's registrations, and the letters that passed those on, of one cluster.

    Messages kept aside belong to nobody and leave after 90 days by themselves.
    """
    async with transaction(), connection() as raw:
        await raw.execute(_REPORTS, cluster_id, address)
        ids = [row["id"] for row in await raw.fetch(_ANSWERS, cluster_id, address, person_id)]
        await raw.execute(_PASSED_ON, cluster_id, [f"answer:{one}" for one in ids])


_REPORTS = """
UPDATE returned_report SET address = '', final_recipient = CASE final_recipient WHEN '' THEN '' ELSE id::text END, words = ''
WHERE cluster_id = $1 AND (address = lower($2) OR lower(final_recipient) = lower($2))
"""

_ANSWERS = """
UPDATE returned_answer
SET sender = '', sender_name = '', subject = '', text = '', files = '[]', reply = reply || '{"attendee": "", "comment": ""}'
WHERE cluster_id = $1 AND (lower(sender) = lower($2) OR lower(reply ->> 'attendee') = lower($2)
    OR registration_id IN (SELECT id FROM registration WHERE person_id = $3))
RETURNING id
"""

_PASSED_ON = """
WITH passed AS (
    UPDATE dispatch SET reply_to = NULL WHERE cluster_id = $1 AND about = ANY ($2::text[]) AND state = 'done' RETURNING id
)
UPDATE letter l SET subject = '', preheader = '', text = '', html = '', attachments = '[]' FROM passed WHERE l.dispatch_id = passed.id
"""
