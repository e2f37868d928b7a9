"""Tables of imports: what was applied and how far it is, and who came by one, so that who has left does not come back."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint


class Import(models.Model):
    """One application of a folder of files; an interrupted one stays begun, and the next of the same files goes on."""

    public_id = models.TextField(unique=True)
    seal = models.BinaryField(help_text="Digest of all files together: the same files have the same one.")
    begun_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    by_kind = models.TextField()
    by_id = models.TextField()

    class Meta:
        db_table = "loyalty_imports_import"
        indexes = [Index(fields=["-begun_at"], name="import_by_time")]

    def __str__(self) -> str:
        return self.public_id


class ImportedFile(models.Model):
    """One file of an import: what was found in it, and how many new rows are written by now."""

    of = models.ForeignKey(Import, on_delete=models.CASCADE)
    name = models.TextField()
    digest = models.BinaryField()
    rows = models.BigIntegerField()
    new = models.BigIntegerField()
    there = models.BigIntegerField()
    different = models.BigIntegerField()
    gone = models.BigIntegerField()
    wrong = models.BigIntegerField()
    done = models.BigIntegerField(default=0)

    class Meta:
        db_table = "loyalty_imports_file"
        verbose_name = "imported file"
        constraints = [
            UniqueConstraint(fields=["of", "name"], name="an_import_has_a_file_once"),
            CheckConstraint(condition=Q(done__gte=0, done__lte=models.F("new")), name="no_more_is_done_than_is_new"),
        ]

    def __str__(self) -> str:
        return self.name


class Arrival(models.Model):
    """Who came by an import, under a hash of the number in the other system; stays when the member leaves."""

    distributed_by = "number_hash"

    number_hash = models.BinaryField()
    member_id = models.BigIntegerField()

    class Meta:
        db_table = "loyalty_imports_arrival"
        constraints = [UniqueConstraint(fields=["number_hash"], name="somebody_arrives_once")]

    def __str__(self) -> str:
        return f"Arrival of member {self.member_id}"
