"""The rows of untold members: marked when they change, taken for a parcel, forgotten when it is written.

A parcel takes the rows it can see, not those below a number: a row that is committed late waits for the next one.
"""

from collections.abc import Iterator, Sequence

from regulars.kit import sql
from regulars.loyalty.sync.models import Untold

_MARK = "insert into loyalty_sync_untold (person_id) select unnest(%s::text[])"
_TAKE = "update loyalty_sync_untold set sequence = %s where sequence is null"
_NEXT = """
select distinct person_id from loyalty_sync_untold where sequence = %s and person_id > %s order by person_id limit %s
"""
_FORGET = "delete from loyalty_sync_untold where sequence = %s"
_PULL = """
with pulled as materialized (
  select person_id, id from loyalty_sync_untold where sequence is null order by person_id, id limit %s for update skip locked)
delete from loyalty_sync_untold u using pulled where u.person_id = pulled.person_id and u.id = pulled.id
returning u.person_id
"""


def mark(person_ids: Sequence[str]) -> None:
    """Note that the sister must hear of these people."""
    sql.run(_MARK, [list(person_ids)])


def is_any() -> bool:
    """Whether the sister must hear of anybody."""
    return Untold.objects.exists()


def take(sequence: int) -> None:
    """Put everybody marked so far into the parcel of this number."""
    sql.run(_TAKE, [sequence])


def list_taken(sequence: int, *, batch: int) -> Iterator[list[str]]:
    """The people of a parcel, each once, in batches."""
    after = ""
    while people := [str(row["person_id"]) for row in sql.fetch(dict, _NEXT, [sequence, after, batch])]:
        yield people
        after = people[-1]


def forget(sequence: int) -> None:
    """Forget the rows of a parcel that is written."""
    sql.run(_FORGET, [sequence])


def pull(most: int) -> list[str]:
    """Take some people away to tell of them in another way, each once; put back when the transaction fails."""
    return sorted({str(row["person_id"]) for row in sql.fetch(dict, _PULL, [most])})
