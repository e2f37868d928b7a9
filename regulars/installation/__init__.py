"""The installation itself: what it was given, where it keeps what, and whether machine, database and address are well."""

from regulars.installation import address, backups, database, given, machine
from regulars.kit import checks


def register() -> None:
    """Let the doctor look at everything that no room knows: first what the others need."""
    checks.register("variables", given.variables_of, needs="")
    checks.register("secrets", given.secrets_of, needs="")
    checks.register("disk", machine.disk, needs="")
    checks.register("memory", machine.memory_of, needs="variables")
    checks.register("database", database.reach, needs="variables", time_out_s=8)
    checks.register("migrations", database.migrations, needs="database")
    checks.register("role", database.role, needs="migrations")
    checks.register("clock", database.clock_of, needs="database")
    checks.register("web workers", database.room_for_workers, needs="database")
    checks.register("public address", address.public_address, needs="variables", time_out_s=8)
    checks.register("worker", database.worker)
    checks.register("backup", backups.age, needs="variables")
