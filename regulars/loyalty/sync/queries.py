"""Looks at changes that were put aside."""

from regulars.loyalty.sync.models import Quarantined


def count_quarantined() -> int:
    """How many changes from Smart Communications wait for somebody to look at them."""
    return Quarantined.objects.count()
