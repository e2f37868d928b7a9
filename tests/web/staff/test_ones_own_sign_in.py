"""“Your sign-in”: one's password, and the browsers in which one is signed in."""

from django.test import Client

from regulars.access.models import Employee
from regulars.journal.models import Entry
from tests.web.staff.phone import GOOD, Somebody, code, enrolled
from tests.web.staff.test_signing_in import said

NEXT = "another lamp, another door"


def elsewhere(ada: Somebody) -> Somebody:
    """The same employee in another browser."""
    other = Somebody(ada.login, Client(headers={"user-agent": "Mozilla/5.0 (Android 16) Firefox/150.0"}), ada.secret)
    other.type_password()
    other.type_code(code(ada.secret))
    assert other.is_in()
    return other


def test_a_new_password_keeps_this_browser_and_ends_the_others() -> None:
    ada = enrolled()
    other = elsewhere(ada)

    answer = ada.client.post("/staff/password/", {"oldpassword": GOOD, "password1": NEXT, "password2": NEXT})

    assert answer.headers["Location"] == "/staff/"
    assert "Your password is changed" in ada.client.get("/staff/").text
    assert (ada.is_in(), other.is_in()) == (True, False)
    assert Employee.objects.get().check_password(NEXT)
    assert Entry.objects.filter(event="access.PasswordChanged", by_id="ada").count() == 1


def test_a_password_needs_the_present_one_twice_the_same_and_no_easy_one() -> None:
    ada = enrolled()

    for old, new, again in (
        ("guess", NEXT, NEXT),
        (GOOD, NEXT, NEXT + "!"),
        (GOOD, "short", "short"),
        (GOOD, "1" * 14, "1" * 14),
    ):
        answer = ada.client.post("/staff/password/", {"oldpassword": old, "password1": new, "password2": again})
        assert said(answer), (old, new)

    assert Employee.objects.get().check_password(GOOD)
    assert not Entry.objects.filter(event="access.PasswordChanged").exists()


def test_a_browser_is_signed_out_from_another_one() -> None:
    ada = enrolled()
    other = elsewhere(ada)

    page = ada.client.get("/staff/").text
    address = page.partition('action="/staff/sessions/')[2].partition('"')[0]
    shown = [word in page for word in ("Firefox · Android", "this browser")]
    number = page.split("/staff/sessions/")[-1].partition("/end/")[0]
    ada.client.post(f"/staff/sessions/{number}/end/")

    assert address
    assert shown == [True, True]
    assert (ada.is_in(), other.is_in()) == (True, False)
    assert "Firefox" not in ada.client.get("/staff/").text
    assert Entry.objects.get(event="access.SessionsEnded").body["count"] == 1


def test_all_others_at_once() -> None:
    ada = enrolled()
    others = [elsewhere(Somebody("ada", secret=ada.secret))]

    ada.client.post("/staff/sessions/end/")

    assert (ada.is_in(), [each.is_in() for each in others]) == (True, [False])


def test_nobody_ends_somebody_elses_session() -> None:
    ada, olga = enrolled(), enrolled("olga", "operator")
    page = olga.client.get("/staff/").text
    assert "this browser" in page

    from allauth.usersessions.models import UserSession

    number = UserSession.objects.get(user__login="olga").pk

    assert ada.client.post(f"/staff/sessions/{number}/end/").status_code == 404
    assert olga.client.get("/contact-centre/").status_code == 200


def test_who_is_not_signed_in_is_asked_to() -> None:
    for path in ("", "password/", "app/", "recovery-codes/", "again/code/"):
        answer = Client().get(f"/staff/{path}")
        assert answer.headers["Location"].startswith("/staff/sign-in/"), path
