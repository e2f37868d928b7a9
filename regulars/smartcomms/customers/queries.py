"""Looks at customers."""

from collections.abc import Sequence

from regulars.smartcomms.customers.models import Customer


def find(person_id: str) -> Customer | None:
    """The customer with this id, unless unknown or gone."""
    return Customer.objects.filter(person_id=person_id, is_gone=False).first()


def list_gone(person_ids: Sequence[str]) -> set[str]:
    """Which of these people have left."""
    return set(Customer.objects.filter(person_id__in=person_ids, is_gone=True).values_list("person_id", flat=True))


def count() -> int:
    """How many customers there are, those who left not counted."""
    return Customer.objects.filter(is_gone=False).count()
