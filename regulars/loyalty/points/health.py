"""What is measured of the book of points: whether it balances, and what is held."""

from regulars.kit import metrics
from regulars.kit.metrics import Metric

WINDOW = 1_000
_SUM = f"""
with recent as (
  select id, member_id from loyalty_points_operation where member_id is not null order by id desc limit {WINDOW})
select coalesce(sum(e.amount), 0)::bigint as value
  from recent r join loyalty_points_entry e on e.member_id = r.member_id and e.operation_id = r.id
"""
_HELD = "from loyalty_points_hold where state = 'held' and expires_at > '-infinity'"


def register() -> None:
    """Say what is measured."""
    metrics.register(
        Metric(
            "regulars_points_ledger_sum",
            f"Sum of the entries of the last {WINDOW} operations; always 0, for points only move.",
            _SUM,
            system="loyalty",
        )
    )
    metrics.register(
        Metric(
            "regulars_points_holds", "Holds of points for purchases that go on.", f"select count(*) as value {_HELD}",
            system="loyalty",
        )
    )  # fmt: skip
    metrics.register(
        Metric(
            "regulars_points_held",
            "Points that these hold, in the smallest unit.",
            f"select coalesce(sum(amount), 0)::bigint as value {_HELD}",
            system="loyalty",
        )
    )
