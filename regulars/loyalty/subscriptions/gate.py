"""Loyalty's word on messages about to be sent: which claimed rows must not go, and why."""

from collections.abc import Sequence
from datetime import datetime

from regulars.kit import sql
from regulars.loyalty.subscriptions.bits import BITS
from regulars.messages.gate import Candidate

_REFUSALS = """
with bits as (select * from unnest(%(channels)s::text[], %(bits)s::int[]) as t (channel, bit)),
given as (
  select t.*, t.origin like 'test:%%' and exists (
           select 1 from runs_run r where r.public_id = substr(t.origin, 6) and r.kind = 'test' and r.system = 'loyalty')
           as is_test
    from unnest(%(ids)s::bigint[], %(people)s::text[], %(on)s::text[],
                %(subjects)s::text[], %(addresses)s::text[], %(classes)s::text[], %(origins)s::text[])
           as t (id, person_id, channel, subject, address, class, origin)
), judged as (
  select g.id, case
      when g.is_test and starts_with(g.person_id, 'employee:') then null
      when m.id is null and g.class = 'code' and g.subject = 'system' and g.channel = 'sms' and exists (
        select 1 from loyalty_members_onetimecode c
         where c.phone = g.address and c.guest_id = g.person_id and c.guest_id <> '' and c.expires_at > %(at)s) then null
      when m.id is null then 'unknown_person'
      when m.registered_via = 'test_key' then 'test_key'
      when m.state = 'gone' then 'gone'
      when m.state = 'blocked' then 'blocked'
      when k.kind is not null and not exists (
        select 1 from loyalty_members_identifier i
         where i.kind = k.kind and i.value = g.address and i.member_id = m.id) then 'address_changed'
      when g.class = 'code' or g.is_test then null
      when t.id is null or b.bit is null or not g.channel = any(t.channels) then 'no_consent'
      when t.is_read_only then null
      when coalesce(own.channels_on, above.channels_on, 0) & b.bit = 0 then 'no_consent'
    end as reason
    from given g
    left join loyalty_members_member m on m.public_id = g.person_id
    left join (values ('sms', 'phone'), ('viber', 'phone'), ('email', 'email')) as k (channel, kind)
           on k.channel = g.channel
    left join bits b on b.channel = g.channel
    left join loyalty_subscriptions_mailingtype t on t.code = g.subject
    left join loyalty_subscriptions_mailingtype base on base.code = t.base
    left join loyalty_subscriptions_choice own on own.member_id = m.id and own.mailing_type_id = t.id
    left join loyalty_subscriptions_choice above on above.member_id = m.id and above.mailing_type_id = base.id
)
select id, reason from judged where reason is not null
"""


def refusals(rows: Sequence[Candidate], at: datetime) -> dict[int, str]:
    """Say which of these messages must not go, by their ids, and why; one statement whatever their number.

    Reasons: `unknown_person`, `test_key` (a member for tests, who is no person), `gone`, `blocked`, `address_changed`
    (the phone or mailbox is not the member's any more) and `no_consent`. One-time codes, mailing types that cannot be
    refused and tests of mailings need no cell. Two kinds of message go to who is no member: a test to an employee, and a
    code that is still good to the guest whose phone asked for it.
    """
    if not rows:
        return {}
    params = {
        "at": at,
        "channels": [str(channel) for channel in BITS],
        "bits": list(BITS.values()),
        "ids": [row.message_id for row in rows],
        "people": [row.person_id for row in rows],
        "on": [row.channel for row in rows],
        "subjects": [row.subject for row in rows],
        "addresses": [row.address for row in rows],
        "classes": [row.message_class for row in rows],
        "origins": [row.origin for row in rows],
    }
    return {int(row["id"]): str(row["reason"]) for row in sql.fetch(dict, _REFUSALS, params)}
