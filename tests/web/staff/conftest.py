"""In this folder the second factor is required, as it is outside of tests and the demo."""

from typing import Any

import pytest

from tests import make


@pytest.fixture(autouse=True)
def required(settings: Any, db: None) -> None:
    """Ask for the second factor."""
    settings.SECOND_FACTOR_REQUIRED = True
    make.programme()
