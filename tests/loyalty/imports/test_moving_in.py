"""An existing programme moves in: once, whole, with books that balance, and nobody is sent anything."""

from datetime import timedelta
from pathlib import Path

import pytest

from regulars.journal import actions as journal
from regulars.journal.models import Delivery
from regulars.kit import sql
from regulars.loyalty.audiences import queries as audiences
from regulars.loyalty.audiences.conditions import LastPurchase
from regulars.loyalty.audiences.filters import Group
from regulars.loyalty.cards import actions as cards
from regulars.loyalty.checkout import queries as checkout
from regulars.loyalty.checkout.scans import Identifier
from regulars.loyalty.imports.outcome import Totals
from regulars.loyalty.members import actions as members
from regulars.loyalty.points import actions as point_actions
from regulars.loyalty.points import queries as points
from regulars.loyalty.programme import queries as programme
from regulars.loyalty.purchases import queries as purchases
from regulars.loyalty.subscriptions import queries as subscriptions
from tests import make
from tests.loyalty.imports import folder
from tests.make import AT, BY

pytestmark = pytest.mark.django_db


def test_everything_comes_along_and_the_books_balance(tmp_path: Path) -> None:
    folder.town(tmp_path, wrong=5)
    totals, _ = folder.look(tmp_path)

    folder.apply(tmp_path, skip_wrong=True)

    state = folder.state()
    assert len(state["members"]) == totals["members.csv"].new == 55
    assert len(state["cards"]) == totals["cards.csv"].new
    assert len(state["lots"]) == totals["balances.csv"].new
    assert len(state["receipts"]) == totals["receipts.csv"].new
    assert len(state["lines"]) == totals["receipt_lines.csv"].new
    assert len(state["goods"]) == totals["goods.csv"].new == 2000
    assert points.audit().holds()
    assert subscriptions.list_disagreeing() == []
    assert all(not row["is_open"] for row in state["tills"])


def test_the_same_files_again_change_nothing_at_all(tmp_path: Path) -> None:
    folder.town(tmp_path, wrong=3)
    folder.apply(tmp_path, skip_wrong=True)
    before, rows = folder.state(), folder.rows_of_all_tables()

    assert folder.apply(tmp_path, skip_wrong=True) == 0

    assert folder.state() == before
    assert folder.rows_of_all_tables() == rows


def test_nobody_is_sent_anything(tmp_path: Path) -> None:
    make.programme(consent_mode="hidden")
    folder.town(tmp_path)
    (tmp_path / "consents.csv").unlink()
    folder.apply(tmp_path)

    while journal.relay(at=AT):
        pass
    while point_actions.activate_due(at=AT + timedelta(days=30)) or point_actions.expire_due(
        at=AT + timedelta(days=30)
    ):
        pass
    while journal.relay(at=AT + timedelta(days=30)):
        pass

    assert sql.fetch(dict, "select count(*) from messages_message")[0]["count"] == 0
    assert set(Delivery.objects.values_list("reaction", flat=True)) == {"loyalty.publish_imported_members"}


def test_what_is_there_and_different_is_left_as_it_is(tmp_path: Path) -> None:
    folder.write(
        tmp_path / "a",
        programme="name,currency,region,time_zone\nClub,GBP,GB,Europe/London",
        stores="code,name\n1,Old Street",
        goods="sku,name,price\n7,Milk,1.00",
        members="number,first_name\nM1,Anna\nM2,Boris",
        cards="number,member\n88888888,M1",
        balances="lot,member,points\nL1,M1,10",
        consents="member,mailing_type,channel,is_on,told_at,source\nM1,mailings,sms,on,2020-01-01,web",
        receipts="store,number,sold_at,member,total\n1,r,2026-01-01,M1,1.00",
    )
    folder.apply(tmp_path / "a")
    before = folder.state()

    folder.write(
        tmp_path / "b",
        stores="code,name\n1,New Street",
        goods="sku,name,price\n7,Milk,2.00",
        members="number,first_name\nM1,Anya\nM2,Boris",
        cards="number,member,state\n88888888,M1,blocked",
        balances="lot,member,points\nL1,M1,11",
        consents="member,mailing_type,channel,is_on,told_at,source\nM1,mailings,sms,off,2020-01-01,web",
        receipts="store,number,sold_at,member,total\n1,r,2026-01-01,M1,2.00",
    )
    totals, errors = folder.look(tmp_path / "b")
    folder.apply(tmp_path / "b")

    assert not errors
    assert totals["members.csv"] == Totals(rows=2, there=1, different=1)
    for file in ("stores", "goods", "cards", "balances", "consents", "receipts"):
        assert totals[f"{file}.csv"] == Totals(rows=1, different=1), file
    assert folder.state() == before


def test_points_keep_their_times(tmp_path: Path) -> None:
    make.programme()
    balances = (
        "lot,member,points,activates_at,expires_at\n,M1,100,,2026-12-31\n,M1,50,2026-12-01,\n"
        ",M1,7,2025-01-01,2026-11-01\n,M1,30,,2026-12-31T12:00:00+00:00"
    )
    folder.write(tmp_path, members="number\nM1", balances=balances)
    folder.apply(tmp_path)

    anna = folder.member("M1")
    balance = points.get_balance(anna.pk, programme.get_currency().pk, at=AT)
    assert (balance.available, balance.pending) == (130, 50)
    assert [(str(e.on), e.amount) for e in points.list_expiries(anna.pk, AT)] == [("2026-12-31", 130)]
    later = points.get_balance(anna.pk, programme.get_currency().pk, at=AT.replace(month=12, day=2))
    assert later.available == 180
    assert point_actions.expire_due(at=AT) == 1
    assert points.audit().holds()
    assert {row.kind for row in points.list_history(anna.pk)} == {"moved_in", "expiry"}


def test_a_lot_of_somebody_who_is_there_already_is_added(tmp_path: Path) -> None:
    make.member(external_number="M1")
    folder.write(tmp_path, balances="lot,member,points\nL1,M1,10\nL2,M1,5")
    folder.apply(tmp_path)
    folder.write(tmp_path, balances="lot,member,points\nL1,M1,10\nL2,M1,5\nL3,M1,1")
    folder.apply(tmp_path)

    assert folder.state()["balances"][0]["available"] == 16
    assert points.audit().holds()


def test_receipts_are_facts_with_lines_and_show_in_history(tmp_path: Path) -> None:
    make.store("1", time_zone="America/New_York")
    make.product("4006", name="Milk")
    receipts = (
        "store,number,sold_at,member,total\n1,r1,2026-02-14 18:05:11,M1,3.37\n1,r2,2026-02-14T18:05:11+03:00,,0.50"
    )
    lines = "store,receipt,line,sku,name,quantity,unit_price,discount,total\n1,r1,1,4006,,3,1.19,0.20,3.37\n1,r2,1,zz,,0.5,,,0.50"
    folder.write(tmp_path, members="number\nM1", receipts=receipts, receipt_lines=lines)
    folder.apply(tmp_path)

    anna = folder.member("M1")
    mine = purchases.list_for_member(anna.pk)
    assert [(p.total, p.till_discount, p.amount, p.points_earned) for p in mine] == [(337, 20, 357, 0)]
    assert mine[0].sold_at.isoformat() == "2026-02-14T23:05:11+00:00"
    story = purchases.find_story(mine[0].public_id)
    assert story is not None
    assert [(x.name, x.is_listed, x.quantity, x.unit_price, x.total) for x in story.lines] == [
        ("Milk", True, 3000, 119, 337)
    ]
    other = next(row for row in folder.state()["lines"] if row["receipt"] == "r2")
    assert (other["name"], other["unit_price"], other["quantity"]) == ("zz", 100, 500)
    assert points.get_balance(anna.pk, programme.get_currency().pk, at=AT).available == 0
    bought_lately = Group("all", (LastPurchase(365, True),))
    assert audiences.count(bought_lately, at=AT) == 1


def test_cards_keep_their_numbers_and_tills_know_them(tmp_path: Path) -> None:
    make.programme()
    club = make.series("club", prefix="2600", length=13)
    mine = cards.numbers.number("2600", 41, 13)
    rows = f"number,member,state\n{mine},M1,\n987654321,M1,blocked\n4000000000000001,M1,\n55555555,,"
    folder.write(tmp_path, members="number\nM1", cards=rows)
    folder.apply(tmp_path)

    anna = folder.member("M1")
    for number in (mine, "4000000000000001"):
        assert checkout.find_customer(Identifier("card", number), for_tests=False, at=AT).public_id == anna.public_id
    with pytest.raises(checkout.CardBlocked):
        checkout.find_customer(Identifier("card", "987654321"), for_tests=False, at=AT)
    with pytest.raises(checkout.CustomerUnknown):
        checkout.find_customer(Identifier("card", "55555555"), for_tests=False, at=AT)
    assert cards.issue_many(club, count=1, by=BY, at=AT) == [cards.numbers.number("2600", 42, 13)]


def test_who_has_left_does_not_come_back(tmp_path: Path) -> None:
    folder.town(tmp_path, members=20)
    folder.apply(tmp_path)
    gone = folder.member("M-100003")
    members.leave(gone, by=BY, at=AT)

    totals, errors = folder.look(tmp_path)
    folder.apply(tmp_path)

    assert not errors
    assert totals["members.csv"] == Totals(rows=20, there=19, gone=1)
    assert sum(each.new for each in totals.values()) == 0
    assert totals["cards.csv"].gone == 1
    assert len(folder.state()["members"]) == 19


def test_the_number_of_who_has_left_stands_nowhere(tmp_path: Path) -> None:
    make.programme()
    number = "canary-4711-x"
    folder.write(
        tmp_path,
        members=f"number,first_name\n{number},Anna",
        balances=f"lot,member,points\n,{number},10\nlot-of-{number},{number},5",
        consents=f"member,mailing_type,channel,is_on,told_at,source\n{number},mailings,sms,on,2020-01-01,web",
    )
    folder.apply(tmp_path)
    members.leave(folder.member(number), by=BY, at=AT)

    for table in folder.rows_of_all_tables():
        found = sql.fetch(dict, f"select count(*) from {table} t where t::text like '%%canary-4711%%'", [])
        assert found[0]["count"] == 0, table


def test_stores_get_their_partner(tmp_path: Path) -> None:
    make.programme()
    folder.write(tmp_path, stores="code,name,partner\n1,One,market\n2,Two,market\n3,Three,bakery\n4,Four,")
    folder.apply(tmp_path)
    again, _ = folder.look(tmp_path)

    found = sql.fetch(
        dict,
        "select s.code, p.code as partner from loyalty_stores_store s join loyalty_stores_partner p on p.id = s.partner_id"
        " order by 1",
    )
    assert [(row["code"], row["partner"]) for row in found][:3] == [("1", "market"), ("2", "market"), ("3", "bakery")]
    assert again["stores.csv"] == Totals(rows=4, there=4)


def test_goods_come_in_their_groups(tmp_path: Path) -> None:
    make.programme()
    folder.write(
        tmp_path,
        goods="sku;name;groups;group_name;price\n1;Milk;food/dairy/milk;Fresh milk;1,19\n2;Bread;food/bakery;;2.5",
    )
    folder.apply(tmp_path)

    state = folder.state()
    assert [(g["code"], g["name"], g["above"]) for g in state["groups"]] == [
        ("bakery", "bakery", "food"), ("dairy", "dairy", "food"), ("food", "food", None), ("milk", "Fresh milk", "dairy"),
    ]  # fmt: skip
    assert [(g["sku"], g["groups"], g["unit_price"]) for g in state["goods"]] == [
        ("1", ["milk", "dairy", "food"], 119), ("2", ["bakery", "food"], 250),
    ]  # fmt: skip
