"""Members' sign-in: one-time codes that are counted exactly, and sessions of which only the token's hash is kept.

A row per (phone, purpose) holds the code as an HMAC and the number of tries. One statement counts and judges, so
thirty guesses at once are five guesses. A phone that nobody has gets a code as well, since its owner may join: neither
the answer nor the work betrays who is a member. The code goes to a guest then, an opaque id that is no member's.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils.crypto import salted_hmac

from regulars.journal import actions as journal
from regulars.kit import ids, sql
from regulars.kit import phone as phones
from regulars.kit.actor import Actor
from regulars.kit.refusal import Refusal
from regulars.kit.text import is_storable, tidy
from regulars.loyalty.members import floods
from regulars.loyalty.members.events import MemberSignedIn, MemberSignedOut, PhoneVerified
from regulars.loyalty.members.models import CodeTally, Identifier, Member, MemberState, OneTimeCode, Session
from regulars.loyalty.members.queries import find_by_phone
from regulars.loyalty.programme import queries as programme
from regulars.messages import actions as messages

SIGN_IN = "sign_in"
DIGITS = 6
TRIES = 5
CODES = 5
CODE_LIVES = timedelta(minutes=5)
SESSION_LIVES = timedelta(days=90)
PROOF_LIVES = timedelta(minutes=15)
CODES_KEPT = timedelta(hours=1)
FORGOTTEN_AT_ONCE = 500
GUEST = "gst"
TOKEN_BYTES = 32
_ASK = """
insert into loyalty_members_onetimecode as known
       (phone, purpose, code_mac, tries, codes, tries_since, sent_at, expires_at, used_at, guest_id)
values (%(phone)s, %(purpose)s, %(mac)s, 0, 1, %(at)s, %(at)s, %(until)s, null, %(guest)s)
on conflict (phone, purpose) do update set
  tries = case when known.tries_since > %(window)s then known.tries else 0 end,
  codes = case when known.tries_since > %(window)s then known.codes + 1 else 1 end,
  tries_since = case when known.tries_since > %(window)s then known.tries_since else %(at)s end,
  code_mac = excluded.code_mac, sent_at = excluded.sent_at, expires_at = excluded.expires_at, used_at = null,
  guest_id = coalesce(nullif(known.guest_id, ''), excluded.guest_id)
where known.tries_since <= %(window)s or known.codes < %(codes)s
returning guest_id
"""
_JUDGE = """
update loyalty_members_onetimecode
   set tries = tries + 1, used_at = case when code_mac = %(mac)s then %(at)s::timestamptz end
 where phone = %(phone)s and purpose = %(purpose)s and tries < %(tries)s and expires_at > %(at)s and used_at is null
returning used_at is not null as is_right
"""


class WrongCode(Refusal):
    """The code is not the one that was sent last, or it is too old, or it was tried too often; which, is not told."""

    code = "code_wrong"


class ProofOver(Refusal):
    """That the phone is theirs was proven too long ago, or a newer code was asked for since."""

    code = "proof_over"


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a wish for a code: `code` is there only when it is to be sent, to a member or guest `person_id`."""

    phone: str
    code: str | None
    person_id: str
    locale: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the token goes into the cookie and is never seen again."""

    token: str
    member: Member
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A phone that nobody has, and when its owner proved to be its owner; good for `PROOF_LIVES`, for joining."""

    phone: str
    proven_at: datetime


@transaction.atomic
def ask_code(phone: str, *, purpose: str = SIGN_IN, locale: str = "en", at: datetime) -> Asked:
    """Make a code of six digits for this phone and purpose; it lives five minutes and replaces the one before.

    Doors call `notifications.send_sign_in_code`, which also sends it. Tries and codes are counted over five minutes
    from the first code, so a new code brings no new tries, and the sixth code within them is not made. A phone that
    nobody has gets a code in the language `locale`, as a guest. For a blocked member the same is written and `code` is
    None. Raises `BadPhone`.
    """
    number = phones.normalise(phone, programme.get().region)
    member = find_by_phone(number)
    may_enter = member is None or member.state == MemberState.ACTIVE
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    made = sql.first(
        dict,
        _ASK,
        {
            "phone": number,
            "purpose": purpose,
            "mac": _mac(number, purpose, code if may_enter else secrets.token_hex()),
            "at": at,
            "until": at + CODE_LIVES,
            "window": at - CODE_LIVES,
            "codes": CODES,
            "guest": ids.new(GUEST) if member is None else "",
        },
    )
    if made is None or not may_enter:
        return Asked(number, None, "", locale, at + CODE_LIVES)
    person_id, spoken = (member.public_id, member.locale) if member else (str(made["guest_id"]), locale)
    return Asked(number, code, person_id, spoken, at + CODE_LIVES)


def is_right(phone: str, code: str, *, purpose: str, at: datetime) -> bool:
    """Judge a code and use it up; counts the try even if the caller fails later.

    Runs in a transaction of its own and must not be called inside another, which could undo the count.
    """
    given = {"phone": phone, "purpose": purpose, "mac": _mac(phone, purpose, code.strip()), "tries": TRIES, "at": at}
    with transaction.atomic(durable=True):
        judged = sql.first(dict, _JUDGE, given)
    return bool(judged and judged["is_right"])


def enter(phone: str, code: str, *, device: str = "", by: Actor, at: datetime) -> SignedIn | Newcomer:
    """Open a session of ninety days for who knows the code, or answer that nobody has this phone yet: it may join.

    `device` is what the browser says of itself, `by` names the door. Raises `WrongCode` for every reason alike, and
    `BadPhone`.
    """
    number = phones.normalise(phone, programme.get().region)
    if not is_right(number, code, purpose=SIGN_IN, at=at):
        raise WrongCode("This code does not fit. Check the last message, or ask for a new code.", field="code")
    member = find_by_phone(number)
    return Newcomer(number, at) if member is None else open_session(member, number, device=device, by=by, at=at)


def sign_in(phone: str, code: str, *, device: str = "", by: Actor, at: datetime) -> SignedIn:
    """Open a session as `enter` does, for a member only; a right code of somebody who is none is used up. Raises alike."""
    entered = enter(phone, code, device=device, by=by, at=at)
    if isinstance(entered, Newcomer):
        raise WrongCode("This code does not fit. Check the last message, or ask for a new code.", field="code")
    return entered


def hold_proof(newcomer: Newcomer, *, at: datetime) -> None:
    """Hold the phone that was proven until the transaction ends: who joins with it twice at once does so in turn.

    Raises `ProofOver` when it was proven too long ago, and when what is known of the phone was forgotten or a newer code
    was asked for.
    """
    code = OneTimeCode.objects.select_for_update().filter(phone=newcomer.phone, purpose=SIGN_IN).first()
    if code is None or code.used_at != newcomer.proven_at or newcomer.proven_at <= at - PROOF_LIVES:
        raise ProofOver("Too much time has passed since the code. Ask for a new one.", field="code")


@transaction.atomic
def open_session(member: Member, phone: str, *, device: str = "", by: Actor, at: datetime) -> SignedIn:
    """Open a session of ninety days for the member who has proven to have this phone; the phone is verified by that.

    Raises `WrongCode` when the account is not active.
    """
    locked = Member.objects.select_for_update().get(id=member.id)
    if locked.state != MemberState.ACTIVE:
        raise WrongCode("This code does not fit. Check the last message, or ask for a new code.", field="code")
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session = Session.objects.create(
        token_hash=_hash(token),
        member_id=member.id,
        device=tidy(device)[:200] if is_storable(device) else "",
        signed_in_at=at,
        expires_at=at + SESSION_LIVES,
    )
    who = replace(by, kind="member", id=member.public_id)
    unproven = Identifier.objects.filter(kind="phone", value=phone, member_id=member.id, verified_at=None)
    if unproven.update(verified_at=at):
        journal.record(PhoneVerified(member.id), person_id=member.public_id, by=who, at=at)
    event = MemberSignedIn(member.id, session.id)
    entry_id = journal.record(event, person_id=member.public_id, by=who, at=at)[0]
    journal.keep_personal(entry_id, member.public_id, {"device": ("", session.device)}, by=who)
    return SignedIn(token, locked, session.expires_at)


def find_signed_in(token: str, *, at: datetime) -> Member | None:
    """The active member whose session this token opens, or None; one statement."""
    session = Session.objects.filter(token_hash=_hash(token), expires_at__gt=at).values("member_id")
    return Member.objects.filter(id__in=session, state=MemberState.ACTIVE).first()


def list_devices(member: Member, *, at: datetime) -> list[Session]:
    """Where the member is signed in, the latest first."""
    return list(Session.objects.filter(member_id=member.id, expires_at__gt=at).order_by("-signed_in_at", "-id"))


def is_session(session: Session, token: str) -> bool:
    """Tell whether this is the session that the token opens, to mark the device in hand."""
    return bytes(session.token_hash) == _hash(token)


@transaction.atomic
def sign_out(token: str, *, by: Actor, at: datetime) -> bool:
    """Close the session of this token; said once: a repeat answers False."""
    session = Session.objects.filter(token_hash=_hash(token)).first()
    if session is None:
        return False
    return _close([session], by=by, at=at)


@transaction.atomic
def sign_out_device(member: Member, session_id: int, *, by: Actor, at: datetime) -> bool:
    """Close one of the member's sessions by its id; nobody else's."""
    return _close(list(Session.objects.filter(member_id=member.id, id=session_id)), by=by, at=at)


@transaction.atomic
def sign_out_everywhere(member: Member, *, by: Actor, at: datetime) -> bool:
    """Close all sessions of the member."""
    return _close(list(Session.objects.filter(member_id=member.id)), by=by, at=at)


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Delete codes, their tallies and sessions that are over; answers how many. Of a stranger nothing is left.

    Five hundred codes at a time.
    """
    old = OneTimeCode.objects.select_for_update(skip_locked=True).filter(expires_at__lt=at - CODES_KEPT)
    codes = _forget(list(old.order_by("expires_at", "id")[:FORGOTTEN_AT_ONCE]), at=at)
    tallies, _ = CodeTally.objects.filter(since_at__lte=at - floods.WINDOW).delete()
    sessions, _ = Session.objects.filter(expires_at__lte=at).delete()
    return codes + tallies + sessions


@transaction.atomic
def forget_codes(phones: Iterable[str], *, at: datetime) -> int:
    """Delete all codes of these phones, and what was sent to guests who had them; answers how many."""
    return _forget(list(OneTimeCode.objects.select_for_update().filter(phone__in=list(phones)).order_by("id")), at=at)


def _forget(codes: list[OneTimeCode], *, at: datetime) -> int:
    for guest_id in sorted(code.guest_id for code in codes if code.guest_id):
        messages.erase_person(guest_id, at=at)
    return OneTimeCode.objects.filter(
        phone__in=[code.phone for code in codes], id__in=[code.pk for code in codes]
    ).delete()[0]


def _close(sessions: list[Session], *, by: Actor, at: datetime) -> bool:
    hashes = [session.token_hash for session in sessions]
    closed, _ = Session.objects.filter(token_hash__in=hashes).delete()
    if closed:
        member = Member.objects.get(id=sessions[0].member_id)
        journal.record(MemberSignedOut(member.id, closed), person_id=member.public_id, by=by, at=at)
    return bool(closed)


def _mac(phone: str, purpose: str, code: str) -> bytes:
    return salted_hmac("regulars.members.code", _bytes(f"{purpose}|{phone}|{code}"), algorithm="sha256").digest()


def _hash(token: str) -> bytes:
    return sha256(_bytes(token)).digest()


def _bytes(text: str) -> bytes:
    """Text from outside as bytes, whatever it holds: guesses are counted, not refused."""
    return text.encode(errors="replace")
