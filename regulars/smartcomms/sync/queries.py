"""Looks at changes that were put aside."""

from regulars.smartcomms.sync.models import Quarantined


def count_quarantined() -> int:
    """How many changes from Loyalty wait for somebody to look at them."""
    return Quarantined.objects.count()
