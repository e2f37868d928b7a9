"""What callers hand in when they add many stores or tills at once."""

from dataclasses import dataclass
from typing import Final

# The door by which members join who exist for tests only.
TEST_KEY: Final = "test_key"


@dataclass(frozen=True, slots=True)
class StoreRow:
    """A store to add: the retailer's own number, its name and its time zone (IANA)."""

    code: str
    name: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till to open in a store that exists."""

    store_id: int
    code: str
    name: str
