"""Whether tables could be spread over many machines: their keys, read from PostgreSQL's own catalogue."""

from dataclasses import dataclass

from regulars.kit import sql

PEOPLE = ("member_id", "person_id")
# Tables about people that are spread by another column, which then stands in each of their keys. Each says why.
OWN_KEYS = {
    "loyalty_members_identifier": ("value", "a till looks a phone up before it knows whose it is"),
    "loyalty_members_session": ("token_hash", "a cookie is looked up before the member is known"),
    "loyalty_cards_card": ("number", "a till looks a card up before it knows whose it is; a card may be nobody's"),
    "loyalty_points_operation": ("source", "the key of an operation is its source's; an operation may be nobody's"),
    "loyalty_purchases_purchase": ("till_id", "a purchase may be nobody's; its number is the till's"),
    "loyalty_checkout_reservation": ("till_id", "a purchase may be nobody's; its number is the till's"),
    "loyalty_imports_arrival": ("number_hash", "an import looks a number up before it knows whose it is"),
    "journal_entry": ("id", "entries about nobody, and deliveries that find their entry by id"),
    "journal_delivery": ("entry_id", "a delivery lives beside its entry"),
    "messages_suppression": ("address", "a dead address is dead for everybody"),
}
# Tables that are spread although no column of theirs names a person, with the column.
FOLLOWERS = {
    "loyalty_members_member": "id",
    "loyalty_members_codetally": "source",
    "loyalty_members_onetimecode": "phone",
    "loyalty_purchases_line": "till_id",
    "loyalty_purchases_tender": "till_id",
    "loyalty_purchases_benefit": "till_id",
}
_TABLES = """
select c.relname as name, array_agg(a.attname::text) as columns,
       array_agg(a.attname::text) filter (where not a.attnotnull) as nullable
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
 group by c.relname
"""
_KEYS = """
select i.indrelid::regclass::text as on_table, i.indexrelid::regclass::text as name, 'unique key' as kind,
       array(select a.attname::text from unnest(i.indkey) with ordinality k(num, ord)
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.num
              where k.ord <= i.indnkeyatts) as columns
  from pg_index i join pg_class c on c.oid = i.indrelid
 where i.indisunique and c.relnamespace = 'public'::regnamespace
union all
select conrelid::regclass::text, conname::text, 'foreign key',
       array(select a.attname::text from unnest(conkey) k(num)
               join pg_attribute a on a.attrelid = conrelid and a.attnum = k.num)
  from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace
"""


@dataclass(frozen=True)
class Table:
    """A table with its columns."""

    name: str
    columns: list[str]
    nullable: list[str] | None


@dataclass(frozen=True)
class Key:
    """A unique index or a foreign key with its columns."""

    on_table: str
    name: str
    kind: str
    columns: list[str]


def spread() -> dict[str, str]:
    """Every table that would be spread, and the column it would be spread by."""
    found = {}
    for table in sql.fetch(Table, _TABLES):
        if table.name in OWN_KEYS:
            found[table.name] = OWN_KEYS[table.name][0]
        elif table.name in FOLLOWERS:
            found[table.name] = FOLLOWERS[table.name]
        elif person := [column for column in PEOPLE if column in table.columns]:
            found[table.name] = person[0]
    return found


def keys_without_it() -> list[str]:
    """Unique and foreign keys that would need to look at every machine."""
    columns = spread()
    return [
        f"{key.on_table}: the {key.kind} {key.name} ({', '.join(key.columns)}) lacks {columns[key.on_table]}: add it to"
        f' the key, and say `distributed_by = "{columns[key.on_table]}"` in the model so that the primary key gets it.'
        for key in sql.fetch(Key, _KEYS)
        if key.on_table in columns and columns[key.on_table] not in key.columns
    ]


def may_be_empty() -> list[str]:
    """Columns that a table is spread by and that may be null."""
    columns = spread()
    return [
        f"{table.name}.{columns[table.name]} may be null, so some rows would belong to no machine: make it not null."
        for table in sql.fetch(Table, _TABLES)
        if table.name in columns and columns[table.name] in (table.nullable or [])
    ]
