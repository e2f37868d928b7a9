"""Tables of the companies in the programme, their stores and the tills that stand in them."""

from django.db import models
from django.db.models import UniqueConstraint


class Partner(models.Model):
    """A company inside the programme."""

    public_id = models.TextField(unique=True)
    code = models.TextField(unique=True)
    name = models.TextField()

    class Meta:
        db_table = "loyalty_stores_partner"

    def __str__(self) -> str:
        return self.name


class Store(models.Model):
    """A place where people buy; offers are judged in its time zone."""

    public_id = models.TextField(unique=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT)
    code = models.TextField(help_text="The retailer's own number of the store.")
    name = models.TextField()
    time_zone = models.TextField()

    class Meta:
        db_table = "loyalty_stores_store"
        constraints = [UniqueConstraint(fields=["partner", "code"], name="store_code_is_unique_within_a_partner")]

    def __str__(self) -> str:
        return self.name


class Till(models.Model):
    """A cash register; its key lives in `access`."""

    public_id = models.TextField(unique=True)
    store = models.ForeignKey(Store, on_delete=models.PROTECT)
    code = models.TextField()
    name = models.TextField()
    is_open = models.BooleanField(default=True)
    test_of = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="for_tests",
        help_text="The till whose keys for tests stand here, so that what they do stands apart.",
    )  # fmt: skip

    class Meta:
        db_table = "loyalty_stores_till"
        constraints = [UniqueConstraint(fields=["store", "code"], name="till_code_is_unique_within_a_store")]

    def __str__(self) -> str:
        return self.name
