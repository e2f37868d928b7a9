"""The SQL of the queue: how rows are claimed, marked, settled and recovered; `actions.py` says when and why."""

from regulars.messages.fate import FOLD_SQL, rank_sql

# Key of the advisory lock on a person: cancelling holds it alone, claiming shares it, so that a message which is being
# queued while its person opts out cannot slip through between the two.
PERSON_LOCK = 7_250_318_010

QUEUE = """
insert into messages_message
  (system, person_id, channel, message_class, lane, subject, origin, template, address, sender, text, subject_line, html,
   unsubscribe_url, run_id, reach, state, reason,
   attempt, refusals, repeats, claimed_by, queued_by, queued_at, next_at, expires_at, state_at)
select g.system, g.person_id, g.channel, g.message_class, g.lane, g.subject, g.origin, g.template, g.address, g.sender,
       g.text, g.subject_line, g.html, g.unsubscribe_url, g.run_id, %s, 'queued', '', 0, 0, 0, '', %s, t.at, t.at,
       t.at + make_interval(secs => g.lifetime_s), t.at
  from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::smallint[], %s::text[], %s::text[], %s::text[],
              %s::text[], %s::text[], %s::text[], %s::float8[], %s::text[], %s::text[], %s::text[], %s::bigint[])
    as g (system, person_id, channel, message_class, lane, subject, origin, template, address, sender, text, lifetime_s,
          subject_line, html, unsubscribe_url, run_id)
 cross join (select %s::timestamptz as at) t
    on conflict on constraint a_message_is_one_intent do nothing
returning id
"""

LOCK_PERSON = f"select pg_advisory_xact_lock(hashtextextended(%s, {PERSON_LOCK}))"

LOCK_PEOPLE = f"""
select pg_advisory_xact_lock(hashtextextended(person_id, {PERSON_LOCK}))
  from (select distinct person_id from unnest(%s::text[]) as given (person_id) order by 1) people
"""

CANCEL_MANY = """
update messages_message m set state = 'cancelled', reason = %s, state_at = %s, lease_until = null
  from (select m.person_id, m.id from messages_message m
          join unnest(%s::text[], %s::text[]) as off (person_id, channel)
            on off.person_id = m.person_id and off.channel = m.channel
         where m.system = %s and m.state in ('queued', 'claimed')
         order by m.id for update of m) theirs
 where m.person_id = theirs.person_id and m.id = theirs.id
"""

CANCEL = """
update messages_message m set state = 'cancelled', reason = %s, state_at = %s, lease_until = null
  from (select person_id, id from messages_message
         where person_id = %s and state in ('queued', 'claimed')
           and (%s::text is null or system = %s)
           and (%s::text[] is null or subject = any(%s)) and (%s::text[] is null or channel = any(%s))
         order by id for update) mine
 where m.person_id = mine.person_id and m.id = mine.id
"""

# Materialized, here and below, for a subquery with a limit could be asked again for every row, and then takes more than that.
CANCEL_RUN = """
with mine as materialized (
  select person_id, id from messages_message where run_id = %s and state in ('queued', 'claimed')
   order by id limit %s for update skip locked)
update messages_message m set state = 'cancelled', reason = 'run_cancelled', state_at = %s, lease_until = null
  from mine where m.person_id = mine.person_id and m.id = mine.id
"""

ERASE = (
    "delete from messages_receipt r using messages_message m"
    " where m.person_id = %s and m.address <> '' and r.address = m.address",
    "delete from messages_suppression where person_id = %s",
    "update messages_message m set address = '', text = '', subject_line = '', html = '', unsubscribe_url = '' from"
    " (select person_id, id from messages_message where person_id = %s order by id for update) mine"
    " where m.person_id = mine.person_id and m.id = mine.id",
)

FORGET_TESTS = """
with old as materialized (
  select m.person_id, m.id from runs_run r join messages_message m on m.run_id = r.id
   where r.kind = 'test' and r.started_at < %s and m.address <> '' and m.state not in ('queued', 'claimed', 'submitting')
   order by m.id limit 1000 for update of m skip locked)
update messages_message m set address = '', text = '', subject_line = '', html = '', unsubscribe_url = ''
  from old where m.person_id = old.person_id and m.id = old.id
"""

_LANE = """
lane_{lane} as (
  select person_id, id from messages_message
   where channel = %s and lane = {lane} and state = 'queued' and run_id is null and next_at <= now()
     and (system = any(%s) or expires_at <= now()) and exists (select 1 from open)
   order by next_at, id limit %s for update skip locked)"""
# Looked up once per statement, in an index of at most one row.
_IS_HELD = "select 1 from providers_hold where released_at is null"
# Runs share what is free in the lane of mailings, so that a small mailing does not wait for a large one. A held run costs
# nothing, however many of its messages wait.
_RUNS = """
run as materialized (
  select id, count(*) over () as runs from runs_run where channel = %s and state in ('queueing', 'sending') and not is_held),
of_run as (
  select mine.person_id, mine.id from run cross join lateral (
    select person_id, id from messages_message m
     where m.run_id = run.id and m.state = 'queued' and m.next_at <= now()
       and (m.system = any(%s) or m.expires_at <= now()) and exists (select 1 from open)
     order by m.next_at, m.id limit (%s + run.runs - 1) / run.runs for update skip locked) mine)"""
READY = f"""
with open as materialized (
  select 1 from providers_gateway where id = %s and is_on and coalesce(paused_until, '-infinity') <= now()
     and not exists ({_IS_HELD})),
{", ".join(_LANE.format(lane=lane) for lane in (0, 1, 2))},
{_RUNS},
ready as (
  select * from lane_0 union all select * from lane_1 union all select * from lane_2 union all select * from of_run)
select m.id, m.system, m.person_id, m.channel, m.message_class, m.lane, m.subject, m.origin, m.attempt, m.address,
       m.sender, m.text, m.subject_line, m.html, m.unsubscribe_url, m.reach, m.expires_at <= now() as is_overdue,
       m.reach = 'team' and exists (select 1 from access_teamcontact c where c.address = m.address) as is_of_team,
       pg_try_advisory_xact_lock_shared(hashtextextended(m.person_id, {PERSON_LOCK})) as is_free,
       exists (select 1 from messages_suppression s where s.channel = m.channel and s.address = m.address)
         as is_suppressed
  from ready join messages_message m on m.person_id = ready.person_id and m.id = ready.id
 order by m.lane, m.next_at, m.id
"""

CLAIM = """
update messages_message m
   set state = g.state, reason = g.reason, state_at = now(),
       attempt = m.attempt + (g.state = 'claimed')::int,
       claimed_by = case when g.state = 'claimed' then %s else m.claimed_by end,
       lease_until = case when g.state = 'claimed' then now() + make_interval(secs => %s) end
  from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[]) as g (person_id, id, state, reason)
 where m.person_id = g.person_id and m.id = g.id and m.state = 'queued'
"""

PUT_BACK = """
update messages_message m set state = 'queued', reason = '', lease_until = null, state_at = now()
  from (select m.person_id, m.id from messages_message m
          join unnest(%s::text[], %s::bigint[], %s::int[]) as g (person_id, id, attempt)
            on m.person_id = g.person_id and m.id = g.id and m.attempt = g.attempt
         where m.state = 'claimed' and m.claimed_by = %s order by m.id for update of m skip locked) mine
 where m.person_id = mine.person_id and m.id = mine.id
"""

# A row that somebody else holds (an opt-out, an erasure) is left out: waiting for it could be a deadlock, and it is
# most likely being cancelled.
MARK = f"""
with mine as (
  select m.person_id, m.id, m.attempt, g.parts from messages_message m
    join unnest(%s::text[], %s::bigint[], %s::int[], %s::smallint[]) as g (person_id, id, attempt, parts)
      on m.person_id = g.person_id and m.id = g.id and m.attempt = g.attempt
   where m.state = 'claimed' and m.claimed_by = %s and m.expires_at > now()
     and m.lease_until > now() + make_interval(secs => %s) and not exists ({_IS_HELD})
     and (m.run_id is null or exists (
       select 1 from runs_run r where r.id = m.run_id and not r.is_held and r.state in ('queueing', 'sending')))
   order by m.id for update of m skip locked),
marked as (
  update messages_message m
     set state = 'submitting', gateway_id = %s, state_at = now(), lease_until = now() + make_interval(secs => %s)
    from mine where m.person_id = mine.person_id and m.id = mine.id)
insert into messages_delivery as d
  (person_id, message_id, attempt, part, parts, gateway_id, provider_id, state, code, submitted_at, state_at)
select mine.person_id, mine.id, mine.attempt, part, mine.parts, %s, '', 'submitting', '', now(), now()
  from mine cross join generate_series(1, mine.parts) part
    on conflict on constraint a_part_is_one_delivery do update
   set attempt = excluded.attempt, gateway_id = excluded.gateway_id, provider_id = '', state = 'submitting', code = '',
       submitted_at = excluded.submitted_at, state_at = excluded.state_at
 where {rank_sql("d.state")} < {rank_sql("'accepted'")}
"""
MARKED = """
select m.id, d.id as delivery_id, d.part, d.state = 'submitting' and d.attempt = m.attempt as is_due,
       extract(epoch from m.expires_at - now())::int as lifetime_s
  from messages_message m
  join unnest(%s::text[], %s::bigint[], %s::int[]) as g (person_id, id, attempt)
    on m.person_id = g.person_id and m.id = g.id and m.attempt = g.attempt
  join messages_delivery d on d.person_id = m.person_id and d.message_id = m.id
 where m.state = 'submitting' and m.claimed_by = %s
 order by m.id, d.part
"""

_OWNED = """
  from messages_message m join unnest(%s::text[], %s::bigint[], %s::int[]) as g (person_id, id, attempt)
    on m.person_id = g.person_id and m.id = g.id and m.attempt = g.attempt
 where m.state = 'submitting' and m.claimed_by = %s"""
LOCK_OWNED = f"select m.id {_OWNED} order by m.id for update of m"
SETTLE_PARTS = f"""
with owned as (select m.person_id, m.id, m.attempt {_OWNED})
update messages_delivery d
   set state = r.state, provider_id = r.provider_id, code = r.code, state_at = now()
  from owned
  join unnest(%s::bigint[], %s::smallint[], %s::text[], %s::text[], %s::text[])
    as r (message_id, part, state, provider_id, code) on r.message_id = owned.id
 where d.person_id = owned.person_id and d.message_id = owned.id and d.part = r.part and d.attempt = owned.attempt
   and d.state = 'submitting'
"""
SETTLE = f"""
with fold as (
  select d.person_id, d.message_id, {FOLD_SQL} as state from messages_delivery d
   where d.message_id = any(%s) and d.person_id = any(%s) group by d.person_id, d.message_id)
update messages_message m
   set state = fold.state, reason = g.reason, lease_until = null, state_at = now(),
       refusals = (m.refusals + g.counted)::smallint,
       next_at = case when fold.state = 'queued' then least(m.expires_at, now() + make_interval(
           secs => g.pause_s * case when g.counted > 0 then power(2, least(m.refusals, 7)) else 1 end))
         else m.next_at end
  from fold
  join unnest(%s::bigint[], %s::int[], %s::text[], %s::float8[], %s::smallint[])
    as g (id, attempt, reason, pause_s, counted) on g.id = fold.message_id
 where m.person_id = fold.person_id and m.id = fold.message_id and m.state = 'submitting' and m.claimed_by = %s
   and m.attempt = g.attempt and fold.state <> 'submitting'
returning m.id, m.state
"""

SUPPRESS = """
insert into messages_suppression (channel, address, person_id, reason, since_at)
select distinct on (channel, address) channel, address, person_id, g.reason, now()
  from messages_message m join unnest(%s::bigint[], %s::text[]) as g (id, reason) on m.id = g.id
 where m.address <> '' order by channel, address, m.id
    on conflict do nothing
returning channel, person_id, reason, (select max(id) from messages_message m
  where m.id = any(%s) and m.channel = messages_suppression.channel and m.address = messages_suppression.address) as id
"""

# A reference is 16 bits wide where the provider echoes it at all, so it finds only what nobody has answered for, at
# that address, within three days. An erased person's message has no address any more and still may be found.
MATCH = """
select r.n, d.id, d.person_id, d.message_id, true as is_sure
  from unnest(%s::int[], %s::text[]) as r (n, provider_id)
  join messages_delivery d on d.gateway_id = %s and d.provider_id = r.provider_id and d.provider_id <> ''
 union all
select r.n, d.id, d.person_id, d.message_id, false
  from unnest(%s::int[], %s::int[], %s::text[]) as r (n, reference, address)
  join messages_delivery d on d.gateway_id = %s and d.state = 'unanswered' and d.state_at > now() - interval '3 days'
   and d.id %% 65536 = r.reference %% 65536
  join messages_message m on m.person_id = d.person_id and m.id = d.message_id
   and (r.address = '' or m.address in (r.address, ''))
"""
LOCK_MESSAGES = """
select m.id from messages_message m join unnest(%s::text[], %s::bigint[]) as g (person_id, id)
    on m.person_id = g.person_id and m.id = g.id
 order by m.id for update of m
"""
LEARN = f"""
update messages_delivery d set state = r.state, code = r.code, provider_id = r.provider_id, state_at = now()
  from unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
    as r (person_id, id, state, code, provider_id)
 where d.person_id = r.person_id and d.id = r.id and {rank_sql("r.state")} > {rank_sql("d.state")}
   and (d.provider_id = r.provider_id or d.state = 'unanswered')
"""
REFOLD = f"""
update messages_message m
   set state = f.state, reason = case when f.state = 'failed' then f.code else m.reason end, state_at = now()
  from (select d.person_id, d.message_id, {FOLD_SQL} as state,
               coalesce(min(d.code) filter (where d.state = 'failed'), '') as code
          from messages_delivery d where d.message_id = any(%s) and d.person_id = any(%s)
         group by d.person_id, d.message_id) f
 where m.person_id = f.person_id and m.id = f.message_id and m.state <> f.state
   and m.state in ('accepted', 'unknown', 'delivered', 'read')
   and f.state in ('accepted', 'unknown', 'delivered', 'read', 'failed')
"""
KEEP_RECEIPTS = """
insert into messages_receipt (gateway_id, provider_id, reference, address, state, code, is_dead_address, received_at)
select %s, r.provider_id, r.reference, r.address, r.state, r.code, r.is_dead_address, now()
  from unnest(%s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::bool[])
    as r (provider_id, reference, address, state, code, is_dead_address)
 where not exists (select 1 from messages_receipt k where k.gateway_id = %s and k.provider_id = r.provider_id
                      and k.state = r.state and k.reference is not distinct from r.reference)
"""
_RECEIPT = "r.gateway_id, r.provider_id, r.reference, r.address, r.state, r.code, r.is_dead_address"
_TAKE_RECEIPTS = f"""
delete from messages_receipt r using (
  select r.id from messages_receipt r
    join messages_delivery d on d.gateway_id = r.gateway_id and d.provider_id = r.provider_id and d.provider_id <> ''
   where {{limit}}
   union
  select r.id from messages_receipt r
    join messages_delivery d on d.gateway_id = r.gateway_id and d.state = 'unanswered'
     and d.state_at > now() - interval '3 days' and d.id %% 65536 = r.reference %% 65536
   where {{limit}}) found
 where r.id = found.id
returning {_RECEIPT}
"""
TAKE_RECEIPTS_OF = _TAKE_RECEIPTS.format(limit="d.message_id = any(%s)")
TAKE_RECEIPTS_SINCE = _TAKE_RECEIPTS.format(limit="r.received_at > now() - make_interval(secs => %s)")
FORGET_RECEIPTS = "delete from messages_receipt where received_at < now() - interval '7 days'"

RECOVER_CLAIMED = """
with lapsed as materialized (
  select person_id, id from messages_message where state = 'claimed' and lease_until < now()
   order by id limit 1000 for update skip locked)
update messages_message m set state = 'queued', reason = 'lease_over', lease_until = null, state_at = now()
  from lapsed where m.person_id = lapsed.person_id and m.id = lapsed.id
"""
RECOVER_SUBMITTING = """
with lapsed as materialized (
  select person_id, id from messages_message where state = 'submitting' and lease_until < now()
   order by id limit 1000 for update skip locked),
parts as (
  update messages_delivery d set state = 'unanswered', code = 'sender_lost', state_at = now()
    from lapsed where d.person_id = lapsed.person_id and d.message_id = lapsed.id and d.state = 'submitting')
update messages_message m set state = 'unknown', reason = 'sender_lost', lease_until = null, state_at = now()
  from lapsed where m.person_id = lapsed.person_id and m.id = lapsed.id
returning m.person_id, m.id
"""
# Only where nobody answered: what a provider has taken is not sent again although its fate stays unknown. What a restore has
# put aside may have been sent long ago, and is not sent again either.
REPEAT_EVENTS = """
with unheard as materialized (
  select person_id, id from messages_message u
   where state = 'unknown' and message_class = 'event' and repeats < 1 and expires_at > now() and reason <> 'restored'
     and state_at <= now() - make_interval(secs => %s)
     and not exists (select 1 from messages_delivery d where d.person_id = u.person_id and d.message_id = u.id
                        and d.state = 'unknown')
   order by id limit 1000 for update skip locked)
update messages_message m
   set state = 'queued', reason = 'sent_again', repeats = m.repeats + 1, next_at = now(), state_at = now()
  from unheard where m.person_id = unheard.person_id and m.id = unheard.id
"""
