"""`regulars let_in LOGIN`: a way back for who is locked out, from the machine itself."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from regulars.access import employees, queries
from regulars.kit import clock
from regulars.kit.actor import Actor


class Command(BaseCommand):
    """Prints a set-up link for an employee, and takes the second factor away on request."""

    help = "Print a set-up link for an employee who cannot sign in any more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Say who, and what was lost."""
        parser.add_argument("login", help="the employee's login")
        parser.add_argument(
            "--without-second-factor", action="store_true", help="take app, passkeys and recovery codes away, too"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the link and print it; it is good once, for a day."""
        employee = queries.find_employee(options["login"])
        if employee is None:
            raise CommandError(f"Nobody with an open account signs in as “{options['login']}”.")
        by, at = Actor.system("command"), clock.now()
        if options["without_second_factor"]:
            employees.withdraw_second_factors(employee, by=by, at=at)
        token = employees.make_set_up_link(employee, by=by, at=at)
        self.stdout.write("Open this link and choose a password. It is good once, for 24 hours:")
        self.stdout.write(f"{settings.PUBLIC_ADDRESS}{reverse('staff_set_up', args=[token])}")
