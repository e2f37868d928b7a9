"""Looks for members: by phone, mailbox, foreign number or public id."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from regulars.kit import sql
from regulars.kit.refusal import NotFound
from regulars.loyalty.members.models import TEST_KINDS, Identifier, IdentifierKind, Member, MemberState
from regulars.loyalty.members.profiles import Profile
from regulars.loyalty.stores.rows import TEST_KEY

_FIND_BY_IDENTIFIER = """
select m.id as member_id, m.public_id, m.state, m.first_name, m.last_name, m.locale
  from loyalty_members_identifier i join loyalty_members_member m on m.id = i.member_id
 where i.kind = %s and i.value = %s
"""


class UnknownMember(NotFound):
    """No member has that id."""

    code = "member_unknown"


@dataclass(frozen=True, slots=True)
class Contacts:
    """How a member can be reached, and which of it is proven to be theirs."""

    phone: str = ""
    phone_is_verified: bool = False
    email: str = ""
    email_is_verified: bool = False
    external_number: str = ""


def find_by_phone(phone: str) -> Member | None:
    """The member with this phone in E.164, or None."""
    return find_by_identifier(IdentifierKind.PHONE, phone)


def find_by_identifier(kind: str, value: str) -> Member | None:
    """The member recognised by this phone, mailbox (`email`) or number in another system (`external`), or None."""
    owner = Identifier.objects.filter(kind=kind, value=value).values("member_id")
    return Member.objects.filter(id__in=owner).first()


def get_by_public_id(public_id: str) -> Member:
    """The member with this public id, who may have left; raises `UnknownMember`."""
    member = find_by_public_id(public_id)
    if member is None:
        raise UnknownMember("There is no such member.")
    return member


def find_by_public_id(public_id: str) -> Member | None:
    """The member with this public id, who may have left, or None."""
    return Member.objects.filter(public_id=public_id).order_by("id").first()


def list_by_names(words: Sequence[str], *, limit: int) -> list[Member]:
    """Members of whose first and last name each word begins one; those who left are nameless. It looks at everybody."""
    found = Member.objects.exclude(state=MemberState.GONE)
    for word in words:
        found = found.filter(Q(first_name__istartswith=word) | Q(last_name__istartswith=word))
    return list(found.order_by("last_name", "first_name", "id")[:limit])


def find_held(public_id: str) -> Member | None:
    """The member with this public id, held until the transaction ends: nobody leaves meanwhile."""
    sql.run("select 1 from loyalty_members_member where public_id = %s for share", [public_id])
    return find_by_public_id(public_id)


def get(member_id: int) -> Member:
    """The member with this inner id, who may have left; raises `UnknownMember`."""
    member = Member.objects.filter(id=member_id).first()
    if member is None:
        raise UnknownMember("There is no such member.")
    return member


def get_contacts(member: Member) -> Contacts:
    """How the member can be reached."""
    return list_contacts([member.id]).get(member.id, Contacts())


def list_contacts(member_ids: Sequence[int]) -> dict[int, Contacts]:
    """How these members can be reached, by inner id; one statement."""
    found: dict[int, dict[str, tuple[str, bool]]] = {}
    rows = Identifier.objects.filter(member_id__in=list(member_ids)).values_list(
        "member_id", "kind", "value", "verified_at"
    )
    for member_id, kind, value, verified_at in rows:
        found.setdefault(member_id, {})[kind.removeprefix(TEST_KINDS)] = (value, verified_at is not None)
    return {member_id: _contacts(by_kind) for member_id, by_kind in found.items()}


def get_profile(member: Member) -> Profile:
    """Everything the member told about themselves."""
    contacts = get_contacts(member)
    return Profile(
        phone=contacts.phone,
        email=contacts.email,
        first_name=member.first_name,
        last_name=member.last_name,
        birth_date=member.birth_date,
        locale=member.locale,
        time_zone=member.time_zone,
        external_number=contacts.external_number,
        city=member.city,
    )


def list_members(*, after_id: int = 0, limit: int = 1000) -> list[Member]:
    """The next members after a bookmark (an inner id), those who left included, those for tests not."""
    return list(Member.objects.filter(id__gt=after_id).exclude(registered_via=TEST_KEY).order_by("id")[:limit])


def list_by_public_ids(public_ids: Sequence[str]) -> list[Member]:
    """The members with these public ids."""
    return list(Member.objects.filter(public_id__in=list(public_ids)).order_by("id"))


def count_members() -> int:
    """How many members have not left, those for tests apart."""
    return Member.objects.exclude(state="gone").exclude(registered_via=TEST_KEY).count()


def _contacts(by_kind: dict[str, tuple[str, bool]]) -> Contacts:
    phone, phone_is_verified = by_kind.get(IdentifierKind.PHONE, ("", False))
    email, email_is_verified = by_kind.get(IdentifierKind.EMAIL, ("", False))
    external, _ = by_kind.get(IdentifierKind.EXTERNAL, ("", False))
    return Contacts(phone, phone_is_verified, email, email_is_verified, external)


def list_external_numbers() -> dict[str, str]:
    """Numbers in another system and the public ids of their members, for imports of receipts."""
    return {
        str(row["value"]): str(row["public_id"])
        for row in sql.fetch(
            dict,
            """select i.value, m.public_id from loyalty_members_identifier i
                 join loyalty_members_member m on m.id = i.member_id where i.kind = 'external'""",
        )
    }
