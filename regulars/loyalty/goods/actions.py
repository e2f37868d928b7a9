"""Brings goods in: groups as a tree, products by the tens of thousands; the same rows twice change nothing."""

from collections.abc import Iterable
from datetime import datetime
from itertools import batched

from django.db import transaction

from regulars.journal import actions as journal
from regulars.kit import sql
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.kit.text import tidy
from regulars.loyalty.goods.events import GroupsChanged, ProductsChanged
from regulars.loyalty.goods.models import ProductGroup
from regulars.loyalty.goods.rows import Counted, GroupRow, ProductRow

BATCH = 10_000
_CLOSURE = """
with recursive above (code, groups, parent_id) as (
  select code, array[code], parent_id from loyalty_goods_productgroup
  union all
  select a.code, a.groups || p.code, p.parent_id from above a join loyalty_goods_productgroup p on p.id = a.parent_id
), closure as (select code, groups from above where parent_id is null)
"""
_ADD_PRODUCTS = f"""
{_CLOSURE}, given as (
  select distinct on (sku) sku, name, brand, own, price, partner
    from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
         with ordinality as t (sku, name, brand, own, price, partner, place)
   order by sku, place desc
), written as (
  insert into loyalty_goods_product as known (sku, name, brand, groups, unit_price, partner_id)
  select sku, name, brand, coalesce(closure.groups, '{{}}'), price, partner
    from given left join closure on closure.code = given.own
  on conflict (sku) do update set name = excluded.name, brand = excluded.brand, groups = excluded.groups,
         unit_price = excluded.unit_price, partner_id = excluded.partner_id
   where (known.name, known.brand, known.groups, known.unit_price, known.partner_id)
         is distinct from (excluded.name, excluded.brand, excluded.groups, excluded.unit_price, excluded.partner_id)
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new) as added, count(*) filter (where not is_new) as changed,
       (select count(*) from given) - count(*) as unchanged
  from written
"""
_REGROUP = f"""
{_CLOSURE}
update loyalty_goods_product p set groups = closure.groups from closure
 where closure.code = p.groups[1] and p.groups <> closure.groups
"""


class UnknownGroup(Refusal):
    """No product group has that code."""

    code = "product_group_unknown"


class GroupsLoop(Refusal):
    """A group would stand above itself."""

    code = "product_groups_loop"


@transaction.atomic
def add_groups(rows: Iterable[GroupRow], *, by: Actor, at: datetime) -> Counted:
    """Add, rename or move product groups; products follow their group to its new place in the tree.

    Rows may come in any order, parents may be in the same call. Raises `UnknownGroup`, `GroupsLoop`.
    """
    given = {row.code: row for row in rows}
    known = {group.code: group for group in ProductGroup.objects.select_for_update()}
    new = [ProductGroup(code=row.code, name=tidy(row.name)) for row in given.values() if row.code not in known]
    known |= {group.code: group for group in ProductGroup.objects.bulk_create(new)}
    moved = [known[row.code] for row in given.values() if _place(known, row)]
    _refuse_loops(known)
    ProductGroup.objects.bulk_update(moved, ["name", "parent"], batch_size=1000)
    changed = len({group.code for group in moved} - {group.code for group in new})
    counted = Counted(len(new), changed, len(given) - len(new) - changed)
    if counted.changed:
        sql.run(_REGROUP)
    if counted.added or counted.changed:
        journal.record(GroupsChanged(counted.added, counted.changed), by=by, at=at)
    return counted


@transaction.atomic
def add_products(rows: Iterable[ProductRow], *, by: Actor, at: datetime) -> Counted:
    """Add products, or bring known ones to what the rows say; rows stream in batches with constant memory.

    Within one call the last row of a stock-keeping unit wins. Raises `UnknownGroup`.
    """
    groups = set(ProductGroup.objects.values_list("code", flat=True))
    added = changed = unchanged = 0
    for batch in batched(rows, BATCH, strict=False):
        if unknown := {row.group for row in batch if row.group} - groups:
            raise UnknownGroup(f"There is no product group “{min(unknown)[:60]}”.", field="group")
        counted = _add_batch(batch)
        added, changed = added + counted.added, changed + counted.changed
        unchanged += counted.unchanged
    if added or changed:
        journal.record(ProductsChanged(added, changed), by=by, at=at)
    return Counted(added, changed, unchanged)


def _add_batch(batch: tuple[ProductRow, ...]) -> Counted:
    columns = [
        [row.sku for row in batch],
        [tidy(row.name) for row in batch],
        [tidy(row.brand) for row in batch],
        [row.group for row in batch],
        [row.unit_price for row in batch],
        [row.partner_id for row in batch],
    ]
    return sql.fetch(Counted, _ADD_PRODUCTS, columns)[0]


def _place(known: dict[str, ProductGroup], row: GroupRow) -> bool:
    """Bring a group to its name and parent; tells whether anything differed."""
    if row.parent and row.parent not in known:
        raise UnknownGroup(
            f"There is no product group “{row.parent[:60]}” to stand above “{row.code}”.", field="parent"
        )
    group, name = known[row.code], tidy(row.name)
    parent_id = known[row.parent].id if row.parent else None
    if (group.name, group.parent_id) == (name, parent_id):
        return False
    group.name, group.parent_id = name, parent_id
    return True


def _refuse_loops(known: dict[str, ProductGroup]) -> None:
    parents = {group.id: group.parent_id for group in known.values()}
    for group in known.values():
        place, steps = group.parent_id, 0
        while place is not None and steps <= len(parents):
            place, steps = parents.get(place), steps + 1
        if steps > len(parents):
            raise GroupsLoop(f"The product group “{group.code}” would stand above itself.", field="parent")
