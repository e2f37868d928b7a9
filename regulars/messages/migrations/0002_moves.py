"""The table of moves: a trigger refuses every change of state that is not listed here."""

from django.db import migrations

FORWARD = """
create function messages_hold_moves() returns trigger language plpgsql as $$
begin
  if (old.state, new.state) in (
    ('queued','claimed'), ('queued','skipped'), ('queued','cancelled'), ('queued','expired'),
    ('claimed','queued'), ('claimed','submitting'), ('claimed','skipped'), ('claimed','cancelled'), ('claimed','expired'),
    ('submitting','queued'), ('submitting','accepted'), ('submitting','delivered'), ('submitting','read'),
    ('submitting','failed'), ('submitting','unknown'),
    ('accepted','delivered'), ('accepted','read'), ('accepted','failed'), ('accepted','unknown'),
    ('delivered','read'), ('delivered','failed'), ('read','failed'),
    ('unknown','accepted'), ('unknown','delivered'), ('unknown','read'), ('unknown','failed'), ('unknown','queued')
  ) then
    return new;
  end if;
  raise exception 'a message does not move from % to %', old.state, new.state using errcode = 'check_violation';
end $$;
create trigger messages_hold_moves before update of state on messages_message
  for each row when (old.state is distinct from new.state) execute function messages_hold_moves();
"""


class Migration(migrations.Migration):
    dependencies = [("regulars_messages", "0001_initial")]
    operations = [
        migrations.RunSQL(
            FORWARD,
            "drop trigger messages_hold_moves on messages_message; drop function messages_hold_moves();",
        )
    ]
