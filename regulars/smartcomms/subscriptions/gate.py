"""Smart Communications' word on messages about to be sent: which must not go, and why."""

from collections.abc import Sequence
from datetime import datetime

from regulars.kit import sql
from regulars.messages.gate import Candidate

_REFUSALS = """
with given as (
  select t.*, t.origin like 'test:%%' and exists (
           select 1 from runs_run r where r.public_id = substr(t.origin, 6) and r.kind = 'test' and r.system = 'smartcomms')
           as is_test
    from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
           as t (id, person_id, channel, subject, address, origin)
)
select g.id, case
    when g.is_test and starts_with(g.person_id, 'employee:') then null
    when c.person_id is null then 'unknown_person'
    when c.is_gone then 'gone'
    when not g.is_test and s.is_on is not true then 'channel_off'
    when not g.is_test and g.subject <> '' and k.id is null then 'category_unknown'
    when not g.is_test and t.is_on is false then 'category_off'
    when g.channel in ('sms', 'autocall') and c.phone <> g.address then 'address_changed'
    when g.channel = 'email' and c.email <> g.address then 'address_changed'
    when g.address = '' then 'no_address'
  end as reason
  from given g
  left join smartcomms_customers_customer c on c.person_id = g.person_id
  left join smartcomms_subscriptions_channelswitch s on s.person_id = g.person_id and s.channel = g.channel
  left join smartcomms_subscriptions_category k on k.code = g.subject
  left join smartcomms_subscriptions_categorystatus t
         on t.person_id = g.person_id and t.category_id = k.id and t.channel = g.channel
"""


def refusals(candidates: Sequence[Candidate], at: datetime) -> dict[int, str]:
    """Say which of these messages must not go, by message id, and why; one statement whatever their number.

    A message may go when its channel is on, and it has no category or its category is not off on that channel (absent
    is not refused), and the address is still the customer's. Reasons: `unknown_person`, `gone`, `channel_off`,
    `category_unknown`, `category_off`, `address_changed`, `no_address`. A test of a mailing needs neither channel nor
    category; it may also go to an employee, who is no customer.
    """
    if not candidates:
        return {}
    columns = [
        [one.message_id for one in candidates],
        [one.person_id for one in candidates],
        [one.channel for one in candidates],
        [one.subject for one in candidates],
        [one.address for one in candidates],
        [one.origin for one in candidates],
    ]
    rows = sql.fetch(dict, _REFUSALS, columns)
    return {int(row["id"]): str(row["reason"]) for row in rows if row["reason"] is not None}
