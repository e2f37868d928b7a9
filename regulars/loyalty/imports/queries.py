"""Looks at the stage and at earlier imports: totals, errors, the rows that were rejected, and what was interrupted."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from regulars.kit import sql
from regulars.loyalty.imports import files
from regulars.loyalty.imports.files import CONSENTS, FILES, LINES, File
from regulars.loyalty.imports.models import Import, ImportedFile
from regulars.loyalty.imports.outcome import RowError, Totals
from regulars.loyalty.imports.tree import Path

TOGETHER = 2000
_OF_CONSENTS = """
select case when c.fate = 'wrong' then 'wrong' when p.fate in ('gone', 'new', 'wrong') then p.fate
            when a.member is not null then 'there' else 'different' end as fate, count(*)
  from stage_consents c left join stage_person p on p.number = c.member left join stage_agreeing a on a.member = c.member
 group by 1
"""
_OF_LINES = """
select case when l.fate = 'wrong' then 'wrong' else coalesce(r.fate, 'wrong') end as fate, count(*)
  from stage_receipt_lines l left join stage_receipts r on r.at_line = l.at_receipt group by 1
"""
_ORDER = f"array_position(array[{', '.join(repr(file.name) for file in FILES)}], file), line, col"
_ERRORS = f"select file, line, col, found, expected from stage_error order by {_ORDER}"
_REASONS = """
select line, string_agg(case when col = '' then expected else col || ': ' || expected end, '; ') as reason from (
  select line, col, expected from stage_error where file = %(file)s
  union all {more}) e group by line order by line
"""
_NO_MORE = "select 0, '', '' where false"
_WITH_RECEIPT = """
select l.at_line, '', 'its receipt is wrong' from stage_receipt_lines l
  left join stage_receipts r on r.at_line = l.at_receipt
 where coalesce(r.fate, 'wrong') = 'wrong'
   and not exists (select 1 from stage_error e where e.file = 'receipt_lines.csv' and e.line = l.at_line)
"""

_WITH_MEMBER = """
select c.at_line, '', 'something else that this member said is wrong' from stage_consents c
  join stage_person p on p.number = c.member and p.fate = 'wrong' where c.fate is null
"""


def count(file: File, rows: int) -> Totals:
    """What the rows of a judged file are; `rows` is how many it has."""
    statement = {CONSENTS: _OF_CONSENTS, LINES: _OF_LINES}.get(
        file, f"select coalesce(fate, 'wrong') as fate, count(*) from {file.table} group by 1"
    )
    found = {row["fate"]: int(row["count"]) for row in sql.fetch(dict, statement)}
    known = {fate: found.get(fate, 0) for fate in ("new", "there", "different", "gone")}
    return Totals(rows=rows, wrong=rows - sum(known.values()), **known)


def list_errors() -> Iterator[RowError]:
    """All errors in the order of files and lines; streams."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_ERRORS)
        while rows := cursor.fetchmany(TOGETHER):
            yield from (RowError(*row) for row in rows)


def list_reasons(file: File) -> Iterator[tuple[int, str]]:
    """The lines of a file that were not taken, with the reason, in the order of the file; streams."""
    more = {LINES: _WITH_RECEIPT, CONSENTS: _WITH_MEMBER}.get(file, _NO_MORE)
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_REASONS.format(more=more), {"file": file.name})
        while rows := cursor.fetchmany(TOGETHER):
            yield from ((int(line), str(reason)) for line, reason in rows)


def list_paths() -> list[Path]:
    """The paths of product groups that goods.csv names, each with the line in which it comes first."""
    return sql.fetch(
        Path,
        f"""select groups, coalesce(min(nullif(group_name, '')), '') as name, min(at_line) as line
              from {files.GOODS.table} where groups <> '' group by groups""",
    )


def count_like_phones() -> int:
    """How many new cards have so many digits that tills read them as phones."""
    found = sql.fetch(dict, "select count(*) from stage_cards where fate = 'new' and length(number) between 10 and 12")
    return int(found[0]["count"])


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An import of the same files that never ended, and how far it came."""

    public_id: str
    done: int
    new: int


def find_interrupted(seal: bytes) -> Interrupted | None:
    """The last import of these very files, if it was interrupted."""
    last = Import.objects.filter(seal=seal).order_by("-begun_at").first()
    if last is None or last.ended_at is not None:
        return None
    of_files = ImportedFile.objects.filter(of=last).values_list("done", "new")
    return Interrupted(last.public_id, sum(done for done, _ in of_files), sum(new for _, new in of_files))
