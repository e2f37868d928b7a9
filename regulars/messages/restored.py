"""What a restore does to the queue: whatever may have been sent since the backup is put aside, and never leaves by itself."""

from datetime import datetime

from django.db import transaction

from regulars.kit import sql

REASON = "restored"
# Ids that the lost time has used are not used again: a mail's Message-ID and a provider's reference are made of them.
_GAP = 1_000_000
_PUT_ASIDE = """
with stale as (
  select person_id, id from messages_message where state in ('queued', 'claimed', 'submitting') order by id for update),
parts as (
  update messages_delivery d set state = 'unanswered', code = 'restored', state_at = %s
    from stale where d.person_id = stale.person_id and d.message_id = stale.id and d.state = 'submitting')
update messages_message m set state = 'unknown', reason = 'restored', lease_until = null, state_at = %s
  from stale where m.person_id = stale.person_id and m.id = stale.id
"""
# An event message of unknown fate would be sent once more; after the backup it may have been.
_KEEP_UNKNOWN = """
update messages_message set reason = 'restored' where state = 'unknown' and message_class = 'event' and repeats < 1
"""
# To be run as the owner of the tables.
JUMP_IDS = [
    f"select setval(pg_get_serial_sequence('{table}', 'id'), (select coalesce(max(id), 0) + {_GAP} from {table}))"
    for table in ("messages_message", "messages_delivery", "journal_entry")
]


@transaction.atomic
def put_aside(*, at: datetime) -> int:
    """Say of all messages that wait or are on their way that their fate is unknown; answer how many.

    They may have been sent after the backup was made, and nobody here knows. None of them is sent again by itself, event
    messages included; their origins stay taken, so that a reaction that is repeated does not queue them anew.
    """
    known = sql.run(_KEEP_UNKNOWN)
    return known + sql.run(_PUT_ASIDE, [at, at])
