"""Looks at mailing types, at a member's matrix, and proves it by the consent journal."""

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.kit import sql
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions.bits import BITS, bits_of, channels_of
from regulars.loyalty.subscriptions.matrix import Choices, Kind, Matrix, bits_on, draw, fold
from regulars.loyalty.subscriptions.models import Choice, Entry, MailingType

_DISAGREEING = """
with folded as (
  select distinct on (e.member_id, c.key) e.member_id, t.id as mailing_type_id, c.value::int as channels_on
    from loyalty_subscriptions_entry e cross join jsonb_each_text(e.cells) c
    join loyalty_subscriptions_mailingtype t on t.code = c.key
   order by e.member_id, c.key, e.id desc
)
select distinct coalesce(f.member_id, k.member_id) as member_id
  from folded f full join loyalty_subscriptions_choice k using (member_id, mailing_type_id)
 where f.channels_on is distinct from k.channels_on
"""


def list_types(*, partner_id: int | None = None) -> list[Kind]:
    """All mailing types in their order, base types first; with a partner, that partner's and those of everybody."""
    return [
        Kind(
            code=known.code,
            name=known.name,
            base=known.base,
            channels=bits_of(known.channels),
            is_read_only=known.is_read_only,
            is_visible=known.is_visible,
        )
        for known in MailingType.objects.order_by("position", "id")
        if partner_id is None or known.partner_id in (None, partner_id)
    ]


def get_matrix(member: Member) -> Matrix:
    """The member's matrix of mailing types × channels."""
    return draw(list_types(), get_choices(member))


def list_matrices(member_ids: Sequence[int]) -> dict[int, Matrix]:
    """The matrices of many members, by inner id; two statements."""
    kinds = list_types()
    chosen: dict[int, dict[str, int]] = {member_id: {} for member_id in member_ids}
    for member_id, code, channels_on in _choices(member_ids):
        chosen[member_id][code] = channels_on
    return {member_id: draw(kinds, choices) for member_id, choices in chosen.items()}


def get_choices(member: Member) -> dict[str, int]:
    """What the member chose, as bits by mailing type; types without a choice of their own are missing."""
    return {code: channels_on for _, code, channels_on in _choices([member.id])}


def get_version(member: Member) -> int:
    """The number of the member's last entry in the consent journal, 0 before the first: what a reader has seen."""
    newest = Entry.objects.filter(member_id=member.id).order_by("-id").values_list("id", flat=True).first()
    return newest or 0


def get_matrix_at(member: Member, version: int) -> Matrix:
    """The member's matrix as it stood after that entry of the consent journal, drawn with today's mailing types."""
    told = Entry.objects.filter(member_id=member.id, id__lte=version).order_by("id")
    return draw(list_types(), fold(entry.cells for entry in told))


def rebuild_from_journal(member: Member) -> dict[str, int]:
    """The same choices, found from the consent journal alone."""
    return fold(entry.cells for entry in Entry.objects.filter(member_id=member.id).order_by("id"))


def list_disagreeing() -> list[int]:
    """Members whose choices are not the fold of their journal; anybody here is a fault of ours."""
    return [int(row["member_id"]) for row in sql.fetch(dict, _DISAGREEING)]


@dataclass(frozen=True, slots=True)
class Told:
    """An entry of the consent journal, what became of the cells that it changed, and how the whole matrix stood then."""

    entry: Entry
    changed: dict[tuple[str, str], bool]
    after: dict[tuple[str, str], bool]


def list_changes(member: Member) -> list[Told]:
    """The member's consent journal, newest first, each entry with the cells that it changed."""
    kinds, choices, told = list_types(), dict[str, int](), list[Told]()
    before = _stands(kinds, choices)
    for entry in Entry.objects.filter(member_id=member.id).order_by("id"):
        choices.update(entry.cells)
        after = _stands(kinds, choices)
        changed = {cell: is_on for cell, is_on in after.items() if is_on is not before[cell]}
        told.append(Told(entry, changed, after))
        before = after
    return told[::-1]


def _stands(kinds: Sequence[Kind], choices: Choices) -> dict[tuple[str, str], bool]:
    return {
        (kind.code, str(channel)): bool(bits_on(kind, choices) & BITS[channel])
        for kind in kinds
        for channel in channels_of(kind.channels)
    }


def list_entries(member: Member) -> list[Entry]:
    """The member's consent journal, newest first."""
    return list(Entry.objects.filter(member_id=member.id).order_by("-id"))


def _choices(member_ids: Sequence[int]) -> list[tuple[int, str, int]]:
    codes = dict(MailingType.objects.values_list("id", "code"))
    rows = Choice.objects.filter(member_id__in=list(member_ids)).order_by("member_id", "mailing_type_id")
    return [(row.member_id, codes[row.mailing_type_id], row.channels_on) for row in rows]
