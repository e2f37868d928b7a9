"""What must be true of every database of ours, whatever happened: the books balance and consent is what was said."""

from dataclasses import dataclass

from regulars.kit import sql
from regulars.loyalty.subscriptions import queries as consent

# Each counts what contradicts its sentence.
_QUESTIONS = {
    "the entries of every operation sum to zero": """
        select count(*) as wrong from (
          select 1 from loyalty_points_entry group by member_id, operation_id, currency_id having sum(amount) <> 0) o""",
    "every balance is the sum of its entries": """
        select count(*) as wrong from loyalty_points_balance b full join (
          select member_id, currency_id,
                 coalesce(sum(amount) filter (where account = 'available'), 0) as available,
                 coalesce(sum(amount) filter (where account = 'pending'), 0) as pending,
                 coalesce(sum(amount) filter (where account = 'held'), 0) as held
            from loyalty_points_entry group by member_id, currency_id) e using (member_id, currency_id)
         where (coalesce(b.available, 0), coalesce(b.pending, 0), coalesce(b.held, 0))
               <> (coalesce(e.available, 0), coalesce(e.pending, 0), coalesce(e.held, 0))""",
    "every balance is what remains in its lots": """
        select count(*) as wrong from loyalty_points_balance b full join (
          select member_id, currency_id, sum(remaining) as remaining, sum(held) as held
            from loyalty_points_lot group by member_id, currency_id) l using (member_id, currency_id)
         where coalesce(b.available, 0) + coalesce(b.pending, 0) + coalesce(b.held, 0) <> coalesce(l.remaining, 0)
            or coalesce(b.held, 0) <> coalesce(l.held, 0)""",
    "what is held for purchases is held in the lots": """
        select count(*) as wrong from loyalty_points_lot l left join (
          select member_id, lot_id, sum(amount) as amount from loyalty_points_hold where state = 'held' group by 1, 2) h
            on h.member_id = l.member_id and h.lot_id = l.id
         where l.held <> coalesce(h.amount, 0)""",
    "every receipt is the sum of its lines": """
        select count(*) as wrong from loyalty_purchases_purchase p join (
          select till_id, purchase_id, sum(total) as total, sum(amount) as amount
            from loyalty_purchases_line group by 1, 2) l on l.till_id = p.till_id and l.purchase_id = p.id
         where (p.total, p.amount) <> (l.total, l.amount)""",
    "every receipt has its lines": """
        select count(*) as wrong from loyalty_purchases_purchase p where not exists (
          select 1 from loyalty_purchases_line l where l.till_id = p.till_id and l.purchase_id = p.id)""",
    "every channel switch is the last word of its journal": """
        select count(*) as wrong from smartcomms_subscriptions_channelswitch s join lateral (
          select (e.changes -> 'channels' ->> s.channel)::bool as is_on from smartcomms_subscriptions_entry e
           where e.person_id = s.person_id and e.changes -> 'channels' ? s.channel order by e.id desc limit 1) last on true
         where last.is_on <> s.is_on""",
    "nobody of a run has two messages, and everybody who has one is in its audience": """
        select count(*) as wrong from (
          select m.run_id, m.person_id from messages_message m join runs_run r on r.id = m.run_id and r.kind = 'mailing'
           group by 1, 2 having count(*) > 1
           union all
          select m.run_id, m.person_id from messages_message m join runs_run r on r.id = m.run_id and r.kind = 'mailing'
           where not exists (select 1 from runs_recipient p where p.run_id = m.run_id and p.person_id = m.person_id)) w""",
    "every delivery in the outbox belongs to an entry of the journal": """
        select count(*) as wrong from journal_delivery d where not exists (
          select 1 from journal_entry e where e.id = d.entry_id)""",
}


@dataclass(slots=True)
class _Wrong:
    wrong: int


def list_sentences() -> list[str]:
    """All that is looked at."""
    return [*_QUESTIONS, "consent is what its journal says"]


def list_violations() -> list[str]:
    """What does not hold, with how often; nothing when all is well."""
    found = {sentence: sql.fetch(_Wrong, question)[0].wrong for sentence, question in _QUESTIONS.items()}
    found["consent is what its journal says"] = len(consent.list_disagreeing())
    return [f"It does not hold that {sentence}: {count:,} times." for sentence, count in found.items() if count]
