"""The day, week or month that a page of figures is about, the one before it, and its hours or days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.http import urlencode

from regulars.web.shell import figures

DAY, WEEK, MONTH = "day", "week", "month"
KINDS = {DAY: "Day", WEEK: "Week", MONTH: "Month"}
FARTHEST = timedelta(days=366 * 20)


@dataclass(frozen=True, slots=True)
class Period:
    """From its first instant to the end, or to now; beside it the one before, as far as this one has come."""

    kind: str
    first_date: date
    since: datetime
    until: datetime
    ends: datetime
    before_since: datetime
    before_until: datetime
    zone: str
    is_now: bool

    @property
    def unit(self) -> str:
        """What it is cut into."""
        return "hour" if self.kind == DAY else DAY

    def places(self) -> list[datetime]:
        """The first instants of its hours or days as the wall clock shows them, those that have begun."""
        return _cut(self.since, self.until, self.unit, is_open=self.is_now)

    def places_before(self) -> list[datetime]:
        """The same of the whole period before."""
        return _cut(self.before_since, self.since, self.unit)

    def label(self, place: datetime) -> str:
        """How an hour or a day is called below a bar."""
        if self.kind == DAY:
            return f"{place:%H:%M}"
        return f"{place:%a} {place.day}" if self.kind == WEEK else f"{place.day} {place:%b}"

    def title(self) -> str:
        """The period in words."""
        last = _local(self.ends - timedelta(microseconds=1), self.zone).date()
        if self.kind == DAY:
            return f"{self.first_date:%A}, {figures.day(self.first_date)}"
        if self.kind == MONTH:
            return f"{self.first_date:%B} {self.first_date.year}"
        return f"{self.first_date.day} {self.first_date:%b} to {figures.day(last)}"

    def before(self) -> str:
        """What it is compared with, in a word or two."""
        return f"the {self.kind} before"

    def comparison(self) -> str:
        """What it is compared with, in a sentence."""
        by = _local(self.before_until, self.zone)
        on = "" if self.kind == DAY else f"{by:%a} {by.day} {by:%b}, "
        return f"Compared with {self.before()}{f' by {on}{by:%H:%M}' if self.is_now else ''}."

    def whole(self) -> list[datetime]:
        """Its hours or days that are over, for a line that does not fall at its end."""
        places = self.places()
        return places[:-1] if self.is_now else places

    def address(self, kind: str = "", day: date | None = None) -> str:
        """The query of the address that shows another kind of period, or another one of this kind."""
        day = day or self.first_date
        said = {"period": kind or self.kind}
        return "?" + urlencode(said if self.is_now and day == self.first_date else {**said, "day": day.isoformat()})

    def earlier(self) -> str:
        """The query of the period before."""
        return self.address(day=_local(self.before_since, self.zone).date())

    def later(self) -> str:
        """The query of the period after; nothing while this one goes on."""
        return "" if self.is_now else self.address(day=_local(self.ends, self.zone).date())


def read(kind: str, day: str, at: datetime) -> Period:
    """The period that an address asks for; what makes no sense is today."""
    kind = kind if kind in KINDS else DAY
    today = timezone.localtime(at).date()
    try:
        asked = min(date.fromisoformat(day), today) if day else today
    except ValueError:
        asked = today
    return around(kind, asked if today - asked <= FARTHEST else today, at)


def around(kind: str, day: date, at: datetime) -> Period:
    """The period of a kind that a day lies in, as far as it has come at an instant."""
    zone = timezone.get_current_timezone_name()
    first = {DAY: day, WEEK: day - timedelta(days=day.weekday()), MONTH: day.replace(day=1)}[kind]
    after, before = _next(kind, first), _next(kind, first, back=True)
    since, ends, before_since = (_midnight(each, zone) for each in (first, after, before))
    until = min(ends, at)
    way = _local(until, zone).replace(tzinfo=None) - datetime.combine(first, time.min)
    as_far = (datetime.combine(before, time.min) + way).replace(tzinfo=ZoneInfo(zone))
    is_now = at < ends
    before_until = min(as_far, since) if is_now else since
    return Period(kind, first, since, until, ends, before_since, before_until, zone, is_now)


def _next(kind: str, first: date, *, back: bool = False) -> date:
    if kind == MONTH:
        return (first - timedelta(days=1)).replace(day=1) if back else (first + timedelta(days=32)).replace(day=1)
    days = timedelta(days=1 if kind == DAY else 7)
    return first - days if back else first + days


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


def _cut(since: datetime, until: datetime, unit: str, *, is_open: bool = False) -> list[datetime]:
    """Hours or days on the wall clock, without a zone, from one instant to before another; an open one begins at its end, too."""
    step = timedelta(hours=1) if unit == "hour" else timedelta(days=1)
    place, end = since.replace(tzinfo=None), until.astimezone(since.tzinfo).replace(tzinfo=None)
    found = []
    while place < end or (is_open and place == end):
        found.append(place)
        place += step
    return found
