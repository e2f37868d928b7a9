"""What makes a row wrong that can be read: said twice, about nobody, at odds with another file or with what is there.

Each file is judged by a few statements over its whole table. They note errors and then say of each row what it is: new,
there already, different from what is there, about somebody gone, or wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from regulars.kit import sql
from regulars.loyalty.imports import files
from regulars.loyalty.imports.files import File
from regulars.loyalty.imports.staging import ERRORS
from regulars.loyalty.stores.moving_in import MOVED_IN
from regulars.loyalty.subscriptions.bits import BITS

type Given = Mapping[str, Any]

HASHED = "sha256(convert_to(%(salt)s || {}, 'UTF8'))"


def _error(file: File, column: str, found: str, expected: str, rest: str, key: str = "null") -> str:
    """A statement that notes an error for each row `t` that `rest` finds."""
    return f"insert into {ERRORS} select '{file.name}', t.at_line, '{column}', left({found}, 100), {expected}, {key} {rest}"


def _twice(file: File, keys: Sequence[str], column: str, *, where: str = "true", name: str = "null") -> str:
    """The same key in two rows: the later one is wrong."""
    listed = ", ".join(keys)
    return _error(
        file,
        column,
        f"t.{column}::text",
        "'only one row of this; line ' || t.first || ' has it already'",
        f"from (select *, min(at_line) over (partition by {listed}) as first from {file.table} where {where}) t"
        " where t.at_line > t.first",
        name,
    )


def _nobody(file: File) -> str:
    """A member's number that nobody has, or whose own row is wrong."""
    return _error(
        file,
        "member",
        "t.member",
        "case when p.number is null then 'the number of somebody in members.csv or in the programme'"
        " else 'somebody whose own row is right; it is not: members.csv, line ' || p.line end",
        f"from {file.table} t left join stage_person p on p.number = t.member"
        " where t.member <> '' and (p.number is null or p.fate = 'wrong')",
    )


def _no_store(file: File, column: str = "store") -> str:
    return _error(
        file,
        column,
        f"t.{column}",
        "case when p.code is null then 'the code of a store in stores.csv or in the programme'"
        " else 'a store that only one partner has; ' || p.partners || ' have one of this code' end",
        f"from {file.table} t left join stage_place p on p.code = t.{column}"
        f" where t.{column} <> '' and (p.code is null or p.partners > 1)",
        "t.number",
    )


def _wrong(file: File) -> str:
    """Mark what has an error."""
    return f"""update {file.table} t set fate = 'wrong' from (select distinct line from stage_error where file = '{file.name}') e
                where t.at_line = e.line"""


_STORES: Final = (
    _twice(files.STORES, ["code", "partner"], "code"),
    _wrong(files.STORES),
    """
update stage_stores t set fate = case when k.id is null then 'new' when (k.name, k.time_zone)
         = (t.name, coalesce(nullif(t.time_zone, ''), k.time_zone)) then 'there' else 'different' end
  from (select s.at_line, min(k.id) as id, min(k.name) as name, min(k.time_zone) as time_zone from stage_stores s
          left join (select k.*, p.code as partner_code from loyalty_stores_store k
                       join loyalty_stores_partner p on p.id = k.partner_id) k
            on k.code = s.code and s.partner in ('', k.partner_code)
         group by s.at_line) k
 where k.at_line = t.at_line and t.fate is null
""",
    "insert into stage_place select code, max(id), max(time_zone), count(*) from loyalty_stores_store group by code",
    """
insert into stage_place select code, null, max(coalesce(nullif(time_zone, ''), %(zone)s)), count(*) from stage_stores s
 where fate = 'new' and not exists (select 1 from stage_place p where p.code = s.code) group by code
""",
    "create unique index on stage_place (code)",
    "analyze stage_place",
)
_GOODS: Final = (
    _twice(files.GOODS, ["sku"], "sku"),
    _wrong(files.GOODS),
    """
update stage_goods t set fate = case when k.sku is null then 'new' when (k.name, k.brand, k.unit_price, coalesce(k.groups[1], ''))
         = (t.name, coalesce(nullif(t.brand, ''), k.brand), coalesce(t.price, k.unit_price),
            coalesce(nullif(regexp_replace(t.groups, '^.*/', ''), ''), k.groups[1], '')) then 'there' else 'different' end
  from stage_goods s left join loyalty_goods_product k on k.sku = s.sku
 where s.at_line = t.at_line and t.fate is null
""",
)
_MEMBERS: Final = (
    _twice(files.MEMBERS, ["number"], "number"),
    _twice(files.MEMBERS, ["phone"], "phone", where="phone <> ''", name="t.number"),
    _twice(files.MEMBERS, ["email"], "email", where="email <> ''", name="t.number"),
    _no_store(files.MEMBERS),
    f"""
insert into stage_person
select distinct on (s.number) s.number, s.at_line, coalesce(i.member_id, a.member_id),
       case when coalesce(i.member_id, a.member_id) is null then 'new' when m.state = 'gone' then 'gone' else 'there' end
  from stage_members s
  left join loyalty_members_identifier i on i.kind = 'external' and i.value = s.number
  left join loyalty_imports_arrival a on i.member_id is null and a.number_hash = {HASHED.format("s.number")}
  left join loyalty_members_member m on m.id = coalesce(i.member_id, a.member_id)
 order by s.number, s.at_line
""",
    *(
        _error(
            files.MEMBERS,
            kind,
            f"t.{kind}",
            "'one that nobody has; it belongs to ' || m.public_id",
            f"""from stage_members t join stage_person p on p.line = t.at_line and p.fate = 'new'
                join loyalty_members_identifier i on i.kind = '{kind}' and i.value = t.{kind}
                join loyalty_members_member m on m.id = i.member_id where t.{kind} <> ''""",
            "t.number",
        )
        for kind in ("phone", "email")
    ),
    """
update stage_person p set fate = 'wrong' from (select distinct line from stage_error where file = 'members.csv') e
 where p.line = e.line and p.fate in ('new', 'there')
""",
    """
insert into stage_person select key, min(line), null, 'wrong' from stage_error e
 where file = 'members.csv' and key <> '' and not exists (select 1 from stage_person p where p.number = e.key) group by key
""",
    """
update stage_person p set fate = 'different'
  from stage_members s join loyalty_members_member m on true
 where p.fate = 'there' and s.at_line = p.line and m.id = p.member_id
   and ((s.first_name <> '' and s.first_name <> m.first_name) or (s.last_name <> '' and s.last_name <> m.last_name)
        or (s.city <> '' and s.city <> m.city) or (s.locale <> '' and s.locale <> m.locale)
        or (s.time_zone <> '' and s.time_zone <> m.time_zone) or s.birth_date <> m.birth_date
        or exists (select 1 from (values ('phone', s.phone), ('email', s.email)) told (kind, value)
                    where told.value <> '' and not exists (
                      select 1 from loyalty_members_identifier i
                       where i.member_id = p.member_id and (i.kind, i.value) = (told.kind, told.value))))
""",
    """
update stage_members s set fate = p.fate from stage_person p where p.line = s.at_line and p.number = s.number
""",
    "update stage_members set fate = 'wrong' where fate is null",
)
_NAMED: Final = (
    f"""
insert into stage_person
select n.number, null, coalesce(i.member_id, a.member_id), case when m.state = 'gone' then 'gone' else 'there' end
  from (select member as number from stage_cards where member <> '' union select member from stage_balances
        union select member from stage_consents union select member from stage_receipts where member <> '') n
  left join loyalty_members_identifier i on i.kind = 'external' and i.value = n.number
  left join loyalty_imports_arrival a on i.member_id is null and a.number_hash = {HASHED.format("n.number")}
  join loyalty_members_member m on m.id = coalesce(i.member_id, a.member_id)
 where not exists (select 1 from stage_person p where p.number = n.number)
""",
    "create unique index on stage_person (number)",
    "analyze stage_person",
)
_CARDS: Final = (
    _twice(files.CARDS, ["number"], "number"),
    _nobody(files.CARDS),
    _error(
        files.CARDS,
        "number",
        "t.number",
        "'a card of this member; somebody else has it'",
        """from stage_cards t join loyalty_cards_card k on k.number = t.number
           left join stage_person p on p.number = t.member
          where k.member_id is not null and t.member <> '' and p.fate not in ('gone', 'wrong')
            and k.member_id is distinct from p.member_id""",
    ),
    _wrong(files.CARDS),
    """
update stage_cards t set fate = case when p.fate = 'gone' then 'gone' when k.number is null then 'new'
         when k.member_id is not distinct from p.member_id and (k.state = 'blocked') = (s.state = 'blocked') then 'there'
         else 'different' end
  from stage_cards s left join stage_person p on p.number = s.member left join loyalty_cards_card k on k.number = s.number
 where s.at_line = t.at_line and t.fate is null
""",
)
LOT_KEY: Final = f"""'lot:' || encode({
    HASHED.format(
        "case when {0}.lot <> '' then {0}.lot"
        " else concat_ws(chr(31), {0}.member, {0}.currency, coalesce({0}.activates_at::text, ''),"
        " coalesce({0}.expires_at::text, '')) end"
    )
}, 'hex')"""
_LOTS: Final = (
    _twice(files.BALANCES, ["lot"], "lot", where="lot <> ''"),
    _twice(files.BALANCES, ["member", "currency", "activates_at", "expires_at"], "member", where="lot = ''"),
    _nobody(files.BALANCES),
    _error(
        files.BALANCES,
        "currency",
        "t.currency",
        "'the code of a currency of points'",
        """from stage_balances t where t.currency <> '' and not exists (
             select 1 from loyalty_programme_pointscurrency c where c.code = t.currency)""",
    ),
    _error(
        files.BALANCES,
        "points",
        "t.points::text",
        "'a number above zero, with at most ' || coalesce(c.decimals, %(decimals)s) || ' digits after the point'",
        """from stage_balances t left join loyalty_programme_pointscurrency c
             on c.code = t.currency or (t.currency = '' and c.is_default)
            where t.points <= 0 or t.points <> round(t.points, coalesce(c.decimals, %(decimals)s)::int)""",
    ),
    _error(
        files.BALANCES,
        "expires_at",
        "t.expires_at::text",
        "'a time after the points can be spent'",
        "from stage_balances t where t.expires_at <= t.activates_at",
    ),
    _wrong(files.BALANCES),
    f"""
update stage_balances t set fate = case when p.fate = 'gone' then 'gone' when o.id is null then 'new'
         when o.member_id = p.member_id and l.amount = s.points * 10 ^ c.decimals
          and l.expires_at is not distinct from s.expires_at and (s.activates_at is null or s.activates_at = l.activates_at)
         then 'there' else 'different' end
  from stage_balances s left join stage_person p on p.number = s.member
  left join loyalty_points_operation o on o.source = 'import' and o.external_key = {LOT_KEY.format("s")}
  left join loyalty_points_lot l on l.member_id = o.member_id and l.operation_id = o.id
  left join loyalty_programme_pointscurrency c on c.code = s.currency or (s.currency = '' and c.is_default)
 where s.at_line = t.at_line and t.fate is null
""",
)
_BITS = ", ".join(f"('{channel}', {bit})" for channel, bit in BITS.items())
_CONSENTS: Final = (
    "create temp table stage_kind (code text, bit int, channel text, is_used boolean, is_read_only boolean)",
    f"""
insert into stage_kind select t.code, b.bit, b.channel, b.channel = any(t.channels), t.is_read_only
  from loyalty_subscriptions_mailingtype t cross join (values {_BITS}) b (channel, bit)
""",
    _nobody(files.CONSENTS),
    _error(
        files.CONSENTS,
        "mailing_type",
        "t.mailing_type",
        "'all, or one of ' || (select string_agg(distinct code, ', ') from stage_kind)",
        "from stage_consents t where t.mailing_type <> 'all' and t.mailing_type not in (select code from stage_kind)",
        "t.member",
    ),
    _error(
        files.CONSENTS,
        "channel",
        "t.channel",
        "'all, or one of ' || (select string_agg(distinct channel, ', ') from stage_kind)",
        "from stage_consents t where t.channel <> 'all' and t.channel not in (select channel from stage_kind)",
        "t.member",
    ),
    _error(
        files.CONSENTS,
        "is_on",
        "'off'",
        "'on; messages of this type cannot be refused'",
        """from stage_consents t where not t.is_on and t.mailing_type in (select code from stage_kind where is_read_only)""",
        "t.member",
    ),
    _error(
        files.CONSENTS,
        "channel",
        "t.channel",
        "'a channel that this mailing type uses'",
        """from stage_consents t join stage_kind k on k.code = t.mailing_type and k.channel = t.channel and not k.is_used""",
        "t.member",
    ),
    _wrong(files.CONSENTS),
    """
create temp table stage_change as
select c.at_line, c.member, k.code, c.told_at, c.source, c.wording,
       k.bit * (c.is_on::int - coalesce(lag(c.is_on::int) over cell, 0)) as delta,
       case when lag(c.told_at) over cell = c.told_at then lag(c.at_line) over cell end as first
  from stage_consents c join stage_kind k
    on (k.code = c.mailing_type or c.mailing_type = 'all') and (k.channel = c.channel or c.channel = 'all')
   and k.is_used and not k.is_read_only
 where c.fate is null
window cell as (partition by c.member, k.code, k.bit order by c.told_at, c.at_line)
""",
    _error(
        files.CONSENTS,
        "told_at",
        "t.told_at::text",
        "'only one word on each cell at a time; line ' || min(t.first) || ' has it already'",
        "from stage_change t where t.first is not null group by t.at_line, t.told_at, t.member",
        "t.member",
    ),
    _wrong(files.CONSENTS),
    # A word that is missing could be the one that took another back, so who has a wrong one stays behind as a whole.
    """
insert into stage_error select 'members.csv', p.line, 'number', p.number,
       'somebody whose consent is right; it is not: consents.csv, line ' || min(e.line), p.number
  from stage_error e join stage_person p on p.number = e.key and p.fate = 'new'
 where e.file = 'consents.csv' group by p.line, p.number
""",
    """
update stage_person p set fate = 'wrong' from stage_error e
 where e.file = 'members.csv' and e.line = p.line and p.fate = 'new'
""",
    "update stage_members s set fate = 'wrong' from stage_person p where p.line = s.at_line and p.fate = 'wrong'",
    "delete from stage_change c using stage_consents t where t.at_line = c.at_line and t.fate = 'wrong'",
    """
insert into stage_entry
select member, told_at, source, wording, jsonb_object_agg(code, bits),
       row_number() over (partition by member order by told_at, source, wording)
  from (select distinct member, told_at, source, wording, code, sum(delta) over (
                 partition by member, code order by told_at, source, wording) as bits from stage_change) x
 group by member, told_at, source, wording
""",
    "create index on stage_entry (member)",
    "analyze stage_entry",
    """
insert into stage_agreeing
select e.member from stage_entry e join stage_person p on p.number = e.member and p.fate in ('there', 'different')
  left join loyalty_subscriptions_entry k on k.member_id = p.member_id and k.cause = 'imported' and k.recorded_at = e.told_at
   and k.reason = e.source and k.wording = e.wording and k.cells @> e.cells
 group by e.member having count(k.id) = count(*)
""",
    "drop table stage_kind, stage_change",
)
SOLD_AT: Final = """case when {0}.sold_at ~ '[+-][0-9][0-9]:[0-9][0-9]$' then {0}.sold_at::timestamptz
                         else {0}.sold_at::timestamp at time zone {1}.time_zone end"""
_RECEIPTS: Final = (
    _twice(files.RECEIPTS, ["store", "number"], "number"),
    _no_store(files.RECEIPTS),
    _nobody(files.RECEIPTS),
    _error(
        files.RECEIPTS,
        "sold_at",
        "t.sold_at",
        "'a time that is over'",
        f"""from stage_receipts t join stage_place p on p.code = t.store
             where {SOLD_AT.format("t", "p")} > %(at)s::timestamptz """,
    ),
    """
create temp table stage_lined as
select l.*, r.at_line as at_receipt from stage_receipt_lines l left join (
  select store, number, min(at_line) as at_line from stage_receipts group by store, number) r
    on r.store = l.store and r.number = l.receipt
""",
    "drop table stage_receipt_lines",
    "alter table stage_lined rename to stage_receipt_lines",
    "create index on stage_receipt_lines (at_receipt)",
    "analyze stage_receipt_lines",
    _error(
        files.LINES,
        "receipt",
        "t.receipt",
        "'a receipt of receipts.csv'",
        """from stage_receipt_lines t where t.at_receipt is null
             and not exists (select 1 from stage_error e where e.file = 'receipts.csv' and e.key = t.receipt)""",
    ),
    """
create temp table stage_sum as
select at_receipt, sum(total) as total, count(*) <> count(distinct line) as has_twice from stage_receipt_lines
 where at_receipt is not null group by at_receipt
""",
    _error(
        files.LINES,
        "line",
        "t.line::text",
        "'each line of a receipt once; line ' || t.first || ' of the file has it already'",
        """from (select l.*, min(l.at_line) over (partition by l.at_receipt, l.line) as first
                from stage_receipt_lines l join stage_sum s on s.has_twice and s.at_receipt = l.at_receipt) t
            where t.at_line > t.first""",
        "t.store || chr(31) || t.receipt",
    ),
    _error(
        files.RECEIPTS,
        "total",
        "(t.total / 10.0 ^ %(exponent)s)::numeric(20, %(exponent)s)::text",
        "'the sum of its lines, ' || (s.total / 10.0 ^ %(exponent)s)::numeric(20, %(exponent)s)",
        """from stage_receipts t join stage_sum s on s.at_receipt = t.at_line and s.total <> t.total where not exists (
             select 1 from stage_error e where e.file = 'receipt_lines.csv' and e.key = t.store || chr(31) || t.number)""",
    ),
    """
insert into stage_error select 'receipts.csv', r.at_line, 'number', r.number,
       'a receipt whose lines are right; they are not: receipt_lines.csv, line ' || min(e.line), null
  from stage_error e join stage_receipts r on e.key = r.store || chr(31) || r.number
 where e.file = 'receipt_lines.csv' group by r.at_line, r.number
""",
    "drop table stage_sum",
    _wrong(files.RECEIPTS),
    _wrong(files.LINES),
    """
update stage_receipts t set fate = case when p.fate = 'gone' then 'gone' when k.id is null then 'new'
         when k.total = s.total and k.sold_at = """
    + SOLD_AT.format("s", "o")
    + """ and k.member_id is not distinct from p.member_id then 'there' else 'different' end
  from stage_receipts s join stage_place o on o.code = s.store left join stage_person p on p.number = s.member
  left join loyalty_stores_till d on d.store_id = o.store_id and d.code = %(till)s
  left join loyalty_purchases_purchase k on k.till_id = d.id and k.number = s.number
 where s.at_line = t.at_line and t.fate is null
""",
)
_BY_FILE: Final = {
    files.STORES: _STORES,
    files.GOODS: _GOODS,
    files.MEMBERS: (*_MEMBERS, *_NAMED),
    files.CONSENTS: _CONSENTS,
    files.CARDS: _CARDS,
    files.BALANCES: _LOTS,
    files.RECEIPTS: _RECEIPTS,
}


def judge(given: Given) -> None:
    """Judge all files in the order in which they lean on each other."""
    more = {**given, "till": MOVED_IN}
    for statements in _BY_FILE.values():
        for statement in statements:
            sql.run(statement, more)
