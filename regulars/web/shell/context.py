"""What every page knows without its door saying so."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from regulars.web.shell import held


def shell(request: HttpRequest) -> dict[str, Any]:
    """Give every template the programme's name, whether this is a test, and on pages of staff whether sending is held."""
    return {
        "brand": getattr(settings, "REGULARS_BRAND", "Regulars"),
        "is_test": getattr(settings, "REGULARS_IS_TEST", False),
        "hold": held.asker(request),
    }
