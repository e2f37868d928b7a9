import pytest

from tests.messages import post_office


@pytest.fixture
def gateway_id(db: None) -> int:
    return post_office.add_gateway()


@pytest.fixture
def refused() -> dict[str, str]:
    """The people whom the gate refuses, with the reason; the gate is open while the test runs."""
    with post_office.open_gate() as reasons:
        yield reasons
