"""Consent is a matrix of mailing types × channels; every change is said once, and unsubscribing stops what waits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection

from regulars.contract.channels import LOYALTY_CHANNELS, Channel
from regulars.journal.models import Entry as Happening
from regulars.journal.models import Personal
from regulars.journal.reactions import Happened
from regulars.kit.refusal import Refusal
from regulars.loyalty.members import actions as members
from regulars.loyalty.members.models import Member
from regulars.loyalty.subscriptions import actions, queries
from regulars.loyalty.subscriptions.models import Entry, MailingType
from regulars.messages import actions as messages
from regulars.messages.models import Message
from tests import cast, make

SMS = Channel.SMS


@pytest.fixture
def anna(db: None) -> Member:
    return cast.anna().member


def queued(member: Member, subject: str, channel: str, at: datetime) -> Message:
    message_id = messages.queue(
        system="loyalty",
        person_id=member.public_id,
        channel=channel,
        message_class="event",
        subject=subject,
        origin=f"key:{make.number()}",
        template="",
        address=cast.ANNA.phone,
        sender="",
        text="Hello",
        lifetime=timedelta(days=2),
        by=make.BY,
        at=at,
    )
    return Message.objects.get(id=message_id)


def on(member: Member) -> set[tuple[str, str]]:
    rows = queries.get_matrix(member).rows
    return {(row.code, str(channel)) for row in rows for channel, cell in row.cells.items() if cell.selected}


ALL = {
    (code, str(channel))
    for code in ("mailings", "system", "accrual", "payment", "refund", "top_up", "offers")
    for channel in LOYALTY_CHANNELS
}


@pytest.mark.django_db
def test_base_types_are_made_once() -> None:
    actions.add_base_types()

    assert actions.add_base_types() == 0
    assert MailingType.objects.count() == 7


def test_only_system_cells_are_read_only(anna: Member) -> None:
    rows = queries.get_matrix(anna).rows

    read_only = {row.code for row in rows if all(cell.read_only for cell in row.cells.values())}
    assert read_only == {"system"}
    assert not [row.code for row in rows if row.code != "system" and any(c.read_only for c in row.cells.values())]


def test_one_cell_changes_and_no_other(anna: Member, at: datetime) -> None:
    changed = actions.unsubscribe(anna, mailing_type="mailings", channel="sms", by=make.OPERATOR, at=at)

    assert changed == [actions.Changed("mailings", SMS, is_on=False)]
    assert ALL - on(anna) == {("mailings", "sms")}


def test_unsubscribing_twice_is_said_once(anna: Member, at: datetime) -> None:
    actions.unsubscribe(anna, channel="sms", by=make.OPERATOR, at=at)
    again = actions.unsubscribe(anna, channel="sms", by=make.OPERATOR, at=at)

    assert again == []
    assert Entry.objects.filter(member_id=anna.id).count() == 2
    assert Happening.objects.filter(event="loyalty.ConsentChanged").count() == 1


def test_a_whole_channel_leaves_what_cannot_be_refused(anna: Member, at: datetime) -> None:
    actions.unsubscribe(anna, channel="sms", by=make.OPERATOR, at=at)

    assert ALL - on(anna) == {(code, "sms") for code, channel in ALL if channel == "sms" and code != "system"}


def test_a_whole_mailing_type_leaves_the_others(anna: Member, at: datetime) -> None:
    actions.unsubscribe(anna, mailing_type="offers", by=make.OPERATOR, at=at)

    assert ALL - on(anna) == {cell for cell in ALL if cell[0] == "offers"}


def test_everything_goes_off_and_on_again(anna: Member, at: datetime) -> None:
    actions.disable_all(anna, by=make.OPERATOR, at=at)
    assert on(anna) == {cell for cell in ALL if cell[0] == "system"}
    assert queries.get_matrix(anna).summary().state == "nothing"

    actions.select_all(anna, by=make.OPERATOR, at=at)
    assert on(anna) == ALL
    assert queries.get_matrix(anna).summary().state == "everything"


def test_the_summary_names_what_is_off_altogether(anna: Member, at: datetime) -> None:
    actions.unsubscribe(anna, channel="viber", by=make.BY, at=at)
    actions.unsubscribe(anna, mailing_type="offers", by=make.BY, at=at)

    summary = queries.get_matrix(anna).summary()

    assert (summary.state, summary.channels_off, summary.types_off) == ("some", (Channel.VIBER,), ("offers",))
    assert (summary.on, summary.of) == (20, 30)


@pytest.mark.parametrize(
    ("refusal", "cell", "field"),
    [
        (actions.CellIsReadOnly, ("system", "sms"), "mailing_type"),
        (actions.UnknownMailingType, ("gossip", "sms"), "mailing_type"),
        (actions.UnknownChannel, ("mailings", "pigeon"), "channel"),
        (actions.UnknownChannel, ("mailings", "autocall"), "channel"),
    ],
)
def test_a_cell_that_cannot_be_set_is_refused_by_name(
    anna: Member, at: datetime, refusal: type[Refusal], cell: tuple[str, str], field: str
) -> None:
    with pytest.raises(refusal) as refused:
        actions.set_cells(anna, {("mailings", "sms"): False, cell: False}, by=make.BY, at=at)

    assert refused.value.field == field
    assert on(anna) == ALL


def test_a_system_type_named_as_a_whole_is_refused(anna: Member, at: datetime) -> None:
    with pytest.raises(actions.CellIsReadOnly, match="System messages"):
        actions.unsubscribe(anna, mailing_type="system", by=make.BY, at=at)


def test_the_journal_says_who_when_where_and_why(anna: Member, at: datetime) -> None:
    actions.set_cells(anna, {("mailings", "sms"): False}, reason="too_many", wording="2026-1", by=make.OPERATOR, at=at)

    entry = queries.list_entries(anna)[0]
    assert (entry.by_kind, entry.by_id, entry.door, entry.recorded_at) == (
        "employee",
        "operator-1",
        "contact_centre",
        at,
    )
    assert (entry.cells, entry.reason, entry.wording, entry.cause) == (
        {"mailings": 30},
        "too_many",
        "2026-1",
        "changed",
    )
    happening = Happening.objects.get(event="loyalty.ConsentChanged")
    assert happening.person_id == anna.public_id
    assert happening.body["cells"] == {"mailings": {"sms": False}}
    assert happening.body["consent_entry_id"] == entry.id
    assert Personal.objects.get(entry_id=happening.id).ip == "203.0.113.7"


def test_a_reason_in_own_words_is_kept_where_leaving_erases_it(anna: Member, at: datetime) -> None:
    told = "Ms Morgan said: too many!"

    actions.unsubscribe(anna, channel="sms", reason=told, by=make.OPERATOR, at=at)

    assert queries.list_entries(anna)[0].reason == "told"
    assert Personal.objects.get(field="reason").after == told


def test_queued_messages_of_the_cells_turned_off_are_cancelled(anna: Member, at: datetime) -> None:
    stopped = queued(anna, "mailings", "sms", at)
    others = [queued(anna, "mailings", "email", at), queued(anna, "accrual", "sms", at)]

    actions.unsubscribe(anna, mailing_type="mailings", channel="sms", by=make.OPERATOR, at=at)

    stopped.refresh_from_db()
    assert (stopped.state, stopped.reason) == ("cancelled", "no_consent")
    for message in others:
        message.refresh_from_db()
        assert message.state == "queued"


def test_an_own_type_starts_with_the_cells_of_its_base(anna: Member, at: datetime) -> None:
    actions.unsubscribe(anna, mailing_type="mailings", channel="sms", by=make.BY, at=at)
    entries = Entry.objects.count()

    actions.add_type("wine", name="Wine letter", base="mailings", channels=["sms", "email"], by=make.BY, at=at)

    matrix = queries.get_matrix(anna)
    assert (matrix.is_on("wine", "sms"), matrix.is_on("wine", "email")) == (False, True)
    assert matrix.cell("wine", "push") is None
    assert Entry.objects.count() == entries
    assert Happening.objects.filter(event="loyalty.MailingTypeAdded").count() == 1


def test_an_own_type_lives_its_own_life_from_there(anna: Member, at: datetime) -> None:
    actions.add_type("wine", name="Wine letter", base="mailings", by=make.BY, at=at)

    changed = actions.unsubscribe(anna, mailing_type="mailings", channel="sms", by=make.BY, at=at)

    assert [cell.mailing_type for cell in changed] == ["mailings"]
    assert queries.get_matrix(anna).is_on("wine", "sms")
    assert queries.rebuild_from_journal(anna) == queries.get_choices(anna)


def test_an_own_type_of_system_cannot_be_refused_either(anna: Member, at: datetime) -> None:
    actions.add_type("recall", name="Product recalls", base="system", by=make.BY, at=at)

    with pytest.raises(actions.CellIsReadOnly, match="Product recalls"):
        actions.unsubscribe(anna, mailing_type="recall", channel="sms", by=make.BY, at=at)


def test_an_own_type_is_not_sent_over_other_channels(anna: Member, at: datetime) -> None:
    actions.add_type("wine", name="Wine letter", base="mailings", channels=["email"], by=make.BY, at=at)

    with pytest.raises(actions.UnknownChannel, match="Wine letter"):
        actions.set_cells(anna, {("wine", "sms"): True}, by=make.BY, at=at)


def test_a_type_needs_a_base_that_exists_and_a_code_of_its_own(anna: Member, at: datetime) -> None:
    with pytest.raises(actions.UnknownMailingType):
        actions.add_type("wine", name="Wine letter", base="gossip", by=make.BY, at=at)
    with pytest.raises(actions.TypeTaken):
        actions.add_type("offers", name="Offers", base="mailings", by=make.BY, at=at)


def test_the_consent_of_who_left_ends_with_one_entry(anna: Member, at: datetime) -> None:
    members.leave(anna, by=make.BY, at=at)
    happened = Happened(1, "loyalty.MemberLeft", anna.public_id, at, {"member_id": anna.id})

    actions.end_consent(happened, at)
    actions.end_consent(happened, at)

    assert on(anna) == {cell for cell in ALL if cell[0] == "system"}
    assert [entry.cause for entry in queries.list_entries(anna)] == ["left", "registered"]
    assert queries.list_disagreeing() == []


@pytest.mark.django_db
def test_many_matrices_are_read_with_few_statements(django_assert_max_num_queries: object) -> None:
    people = [make.member() for _ in range(20)]

    with django_assert_max_num_queries(3):  # type: ignore[operator]
        matrices = queries.list_matrices([member.id for member in people])

    assert all(matrix.is_on("offers", "push") for matrix in matrices.values())


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_lose_no_cell(at: datetime) -> None:
    anna = make.member()
    cells = [cell for cell in sorted(ALL) if cell[0] != "system"]

    def turn_off(cell: tuple[str, str]) -> int:
        try:
            return len(actions.set_cells(anna, {cell: False}, by=make.BY, at=at))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        assert sum(crowd.map(turn_off, cells)) == 30

    assert on(anna) == {cell for cell in ALL if cell[0] == "system"}
    assert queries.list_disagreeing() == []
