"""An audience is saved, changed, copied and archived, each once, and written down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from regulars.journal.models import Entry
from regulars.loyalty.audiences import actions, queries
from regulars.loyalty.audiences import conditions as asked
from regulars.loyalty.audiences.filters import EVERYBODY, FilterNotPossible, Group
from regulars.loyalty.audiences.models import Audience
from tests import make

BATH = Group("all", (asked.City(("Bath",)),))
YORK = Group("all", (asked.City(("York",)),))


@pytest.fixture
def bath(db: None, at: datetime) -> Audience:
    make.programme()
    return actions.save("In Bath", filter=BATH, by=make.OPERATOR, at=at)


def test_a_saved_audience_is_found_by_its_public_id(bath: Audience) -> None:
    found = queries.get(bath.public_id)

    assert found.public_id.startswith("aud_")
    assert (found.name, found.version, found.created_by) == ("In Bath", 1, "operator-1")
    assert queries.get_filter(found) == BATH
    assert queries.sentence(queries.get_filter(found)) == "Members in Bath"
    assert Entry.objects.get(event="loyalty.AudienceSaved").body == {"audience_id": found.pk, "copied_from": None}


def test_nobody_has_that_id(db: None) -> None:
    with pytest.raises(queries.UnknownAudience):
        queries.get("aud_nobody")


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\x00"])
def test_a_name_that_cannot_be_is_refused(db: None, at: datetime, name: str) -> None:
    make.programme()

    with pytest.raises(actions.NameNotPossible) as refused:
        actions.save(name, filter=EVERYBODY, by=make.BY, at=at)

    assert refused.value.field == "name"


def test_two_audiences_in_use_are_not_called_alike(bath: Audience, at: datetime) -> None:
    york = actions.save("In York", filter=YORK, by=make.BY, at=at)

    with pytest.raises(actions.NameTaken):
        actions.save("in bath", filter=YORK, by=make.BY, at=at)
    with pytest.raises(actions.NameTaken):
        actions.change(york, name="IN BATH", filter=YORK, version=1, by=make.BY, at=at)

    assert [each.name for each in queries.list_audiences()] == ["In Bath", "In York"]


@pytest.mark.parametrize(
    ("condition", "place"),
    [
        (asked.BoughtCategory("nothing", 30), "conditions.1.conditions.0.group"),
        (asked.Consent("nothing", "sms"), "conditions.1.conditions.0.mailing_type"),
        (asked.Consent("club-news", "push"), "conditions.1.conditions.0.channel"),
        (asked.PointsBalance("gold", 1), "conditions.1.conditions.0.currency"),
    ],
)
def test_a_code_that_nothing_stands_behind_is_refused(
    bath: Audience, at: datetime, condition: asked.Condition, place: str
) -> None:
    from regulars.loyalty.subscriptions import actions as subscriptions

    subscriptions.add_type("club-news", base="offers", name="Club news", channels=["sms"], by=make.BY, at=at)
    filter = Group("all", (asked.City(("Bath",)), Group("any", (condition,))))

    with pytest.raises(FilterNotPossible) as refused:
        actions.change(bath, name="In Bath", filter=filter, version=1, by=make.BY, at=at)

    assert refused.value.field == place


def test_a_change_names_the_version_it_was_made_from(bath: Audience, at: datetime) -> None:
    later = at + timedelta(minutes=5)

    assert actions.change(bath, name="Not in Bath", filter=YORK, version=1, by=make.OPERATOR, at=later)
    with pytest.raises(actions.ChangedMeanwhile) as refused:
        actions.change(bath, name="Mine", filter=BATH, version=1, by=make.BY, at=later)

    found = queries.get(bath.public_id)
    assert "operator-1" in refused.value.message
    assert (found.name, found.version, found.changed_at, queries.get_filter(found)) == ("Not in Bath", 2, later, YORK)
    assert Entry.objects.get(event="loyalty.AudienceChanged").body == {"audience_id": bath.pk, "version": 2}


def test_changing_nothing_leaves_no_trace(bath: Audience, at: datetime) -> None:
    assert not actions.change(bath, name=" In  Bath ", filter=BATH, version=1, by=make.BY, at=at)

    assert queries.get(bath.public_id).version == 1
    assert not Entry.objects.filter(event="loyalty.AudienceChanged").exists()


def test_archiving_is_said_once_and_frees_the_name(bath: Audience, at: datetime) -> None:
    assert actions.archive(bath, by=make.BY, at=at)
    assert not actions.archive(bath, by=make.BY, at=at)

    assert Entry.objects.filter(event="loyalty.AudienceArchived").count() == 1
    assert queries.list_audiences() == []
    assert queries.get(bath.public_id).is_archived
    actions.save("In Bath", filter=BATH, by=make.BY, at=at)
    with pytest.raises(actions.IsArchived):
        actions.change(bath, name="Again", filter=BATH, version=1, by=make.BY, at=at)


def test_a_copy_gets_a_free_name_and_is_a_way_back_from_the_archive(bath: Audience, at: datetime) -> None:
    first = actions.copy(bath, by=make.BY, at=at)
    second = actions.copy(bath, by=make.BY, at=at)
    actions.archive(bath, by=make.BY, at=at)
    third = actions.copy(bath, name="In Bath", by=make.BY, at=at)

    assert [each.name for each in (first, second, third)] == ["In Bath (copy)", "In Bath (copy) 2", "In Bath"]
    assert {queries.get_filter(each) for each in (first, second, third)} == {BATH}
    assert Entry.objects.filter(event="loyalty.AudienceSaved", body__copied_from=bath.pk).count() == 3


def test_a_partners_employee_is_offered_their_own_and_everybodys(bath: Audience, at: datetime) -> None:
    actions.save("Theirs", filter=YORK, partner_id=7, by=make.BY, at=at)

    assert [each.name for each in queries.list_audiences(partner_id=7)] == ["In Bath", "Theirs"]
    assert [each.name for each in queries.list_audiences(partner_id=8)] == ["In Bath"]


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_told_about_the_other(at: datetime) -> None:
    make.programme()
    bath = actions.save("In Bath", filter=BATH, by=make.BY, at=at)

    def change(name: str) -> str:
        try:
            actions.change(bath, name=name, filter=YORK, version=1, by=make.BY, at=at)
        except actions.ChangedMeanwhile:
            return "refused"
        finally:
            connection.close()
        return name

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(change, ["One", "Two", "Three", "Four"]))

    assert told.count("refused") == 3
    assert queries.get(bath.public_id).name in told
    assert queries.get(bath.public_id).version == 2
