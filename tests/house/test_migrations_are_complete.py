"""Tables and models agree: no change of a model is without its migration."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    except (SystemExit, CommandError) as error:
        pytest.fail(f"A model changed without a migration ({error}): run `regulars makemigrations`.")
