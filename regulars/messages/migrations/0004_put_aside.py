"""One more move: what a restore has put aside becomes unknown without having been handed over by this database."""

from django.db import migrations

MOVES = """
create or replace function messages_hold_moves() returns trigger language plpgsql as $$
begin
  if (old.state, new.state) in (
    ('queued','claimed'), ('queued','skipped'), ('queued','cancelled'), ('queued','expired'),
    ('claimed','queued'), ('claimed','submitting'), ('claimed','skipped'), ('claimed','cancelled'), ('claimed','expired'),
    ('submitting','queued'), ('submitting','accepted'), ('submitting','delivered'), ('submitting','read'),
    ('submitting','failed'), ('submitting','unknown'),
    ('accepted','delivered'), ('accepted','read'), ('accepted','failed'), ('accepted','unknown'),
    ('delivered','read'), ('delivered','failed'), ('read','failed'),
    ('unknown','accepted'), ('unknown','delivered'), ('unknown','read'), ('unknown','failed'), ('unknown','queued')
  ) {or_restored} then
    return new;
  end if;
  raise exception 'a message does not move from % to %', old.state, new.state using errcode = 'check_violation';
end $$;
"""
RESTORED = "or (old.state in ('queued', 'claimed') and new.state = 'unknown' and new.reason = 'restored')"


class Migration(migrations.Migration):
    is_harmless = True
    dependencies = [("regulars_messages", "0003_how_far_it_reaches")]
    operations = [
        migrations.RunSQL(
            MOVES.replace("{or_restored}", RESTORED),
            MOVES.replace("{or_restored}", ""),
        )
    ]
