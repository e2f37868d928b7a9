"""Why an employee blocks a card: the codes that the journal keeps, and how they are said; pure."""

from typing import Final

BLOCK_REASONS: Final = {
    "lost": "Lost",
    "stolen": "Stolen",
    "damaged": "Damaged",
    "abuse": "Abuse",
    "other": "Something else",
}
