"""What every page knows without its door saying so."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template the programme's name and whether this is a test."""
    return {
        "brand": getattr(settings, "REGULARS_BRAND", "Regulars"),
        "is_test": getattr(settings, "REGULARS_IS_TEST", False),
    }
