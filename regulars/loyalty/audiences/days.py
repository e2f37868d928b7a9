"""Days as filters count them: whole days in the programme's zone, and birthdays with their leap day; pure."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS_OF_A_YEAR = 365
LEAP_DAY, EVE = (2, 29), (2, 28)


@dataclass(frozen=True, slots=True)
class Now:
    """The instant at which a filter is asked, and the zone whose days count."""

    at: datetime
    zone: str

    def today(self) -> date:
        """The day it is in the zone."""
        return self.at.astimezone(ZoneInfo(self.zone)).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which a day begins in the zone."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))

    def since(self, days: int) -> datetime:
        """The beginning of the day so many days ago: “in the last 7 days” is today and the seven days before."""
        return self.midnight(self.today() - timedelta(days=days))

    def birthdays(self, days: int) -> list[int]:
        """The birthdays of today and the next days, each as month × 100 + day.

        In a year without 29 February, who was born on it celebrates on the 28th.
        """
        coming = [self.today() + timedelta(days=ahead) for ahead in range(min(days, DAYS_OF_A_YEAR) + 1)]
        found = {(each.month, each.day) for each in coming}
        if any((each.month, each.day) == EVE and not isleap(each.year) for each in coming):
            found.add(LEAP_DAY)
        return sorted(month * 100 + day for month, day in found)
