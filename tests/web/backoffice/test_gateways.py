"""Gateways are set up, tried, paused and turned off in the back office; secrets go in and never come out."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from regulars.gateways import registry
from regulars.journal.models import Entry
from regulars.providers import actions as providers
from regulars.providers.models import Gateway
from regulars.web.backoffice import gateway_trial
from tests import make
from tests.web.backoffice import staff

pytestmark = pytest.mark.django_db
SMPP = {"host": "smsc.example.org", "port": 2775, "system_id": "shop", "password": "hush-hu"}
ADD = "/backoffice/providers/gateway/add/"


def gateway(**more: Any) -> Gateway:
    said = {"channel": "sms", "provider": "smpp", "settings": SMPP, "by": make.BY, "at": make.AT, **more}
    return Gateway.objects.get(pk=providers.set_gateway("SMSC", **said))


def act(row: Gateway, verb: str) -> str:
    """The address of an act on a gateway's page."""
    return staff.page_of("backoffice", row).replace("change/", f"{verb}/")


def edit(row: Gateway) -> str:
    return reverse("admin:providers_gateway_edit", args=[row.pk])


def asked(client: Client, address: str) -> dict[str, Any]:
    """The form as a browser would send it back untouched."""
    form = client.get(address).context["form"]
    said = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in said.items() if value not in (None, False)}


@pytest.fixture
def administrator() -> Client:
    make.programme()
    return staff.signed_in("administrator")


@pytest.mark.parametrize("provider", list(registry.SETTINGS))
def test_every_setting_of_every_provider_is_explained(provider: tuple[str, str]) -> None:
    dataclass_, module = registry.SETTINGS[provider]

    assert list(dataclass_.__dataclass_fields__.keys() - module.EXPLAINED.keys()) == []
    assert list(module.EXPLAINED.keys() - dataclass_.__dataclass_fields__.keys()) == []
    assert all(each.explanation.endswith(".") for each in registry.describe(*provider))
    assert [each.name for each in registry.describe(*provider) if each.is_secret] == ["password"]


def test_a_gateway_is_set_up_by_its_fields(administrator: Client) -> None:
    assert "SMS over SMPP 3.4" in administrator.get(ADD).text
    address = f"{ADD}?provider=sms/smpp"

    said = asked(administrator, address) | {f"set_{name}": value for name, value in SMPP.items()}
    administrator.post(
        address, said | {"name": "Our SMSC", "set_dead_errors": "1, 5", "set_vendor_statuses": "0x58 slow"}
    )

    made = Gateway.objects.get()
    assert (made.name, made.channel, made.is_on, made.is_test) == ("Our SMSC", "sms", True, False)
    assert made.settings == {**SMPP, "dead_errors": ["1", "5"], "vendor_statuses": {"0x58": "slow"}}
    assert Entry.objects.get(event="providers.GatewaySet").body["is_new"]


def test_a_mail_server_is_set_up_by_its_own_fields(administrator: Client) -> None:
    address = f"{ADD}?provider=email/smtp"
    told = {"set_host": "mail.example.org", "set_port": "587", "set_sender": "Shop <news@example.org>"}

    administrator.post(address, asked(administrator, address) | told | {"name": "Mail"})

    assert Gateway.objects.get().settings == {
        "host": "mail.example.org", "port": 587, "sender": "Shop <news@example.org>",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"set_port": "70000"}, "set_port", "70000 is not a port."),
        ({"set_system_id": "longer than fifteen"}, "set_system_id", "At most 15 characters"),
        ({"set_password": "longer than eight"}, "set_password", "At most 8 characters"),
        ({"set_host": ""}, "set_host", "This field is required."),
        ({"set_receipt_zone": "Moon/Crater"}, "set_receipt_zone", "is not a time zone"),
        ({"set_vendor_statuses": "0x58"}, "set_vendor_statuses", "one answer and its meaning"),
        ({"set_vendor_statuses": "0x58 perhaps"}, "set_vendor_statuses", "does not fit here"),
    ],
)
def test_a_mistake_is_told_at_its_field_and_nothing_is_kept(
    administrator: Client, change: dict[str, str], field: str, words: str
) -> None:
    row = gateway()

    answer = administrator.post(edit(row), asked(administrator, edit(row)) | change)

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert words in answer.text
    assert Gateway.objects.get().settings == SMPP


def test_a_secret_is_never_shown_and_stays_when_left_empty(administrator: Client) -> None:
    row = gateway()
    page, form = administrator.get(staff.page_of("backoffice", row)).text, administrator.get(edit(row)).text
    assert "hush-hu" not in page + form
    assert "Leave it empty to keep the stored one." in form

    administrator.post(edit(row), asked(administrator, edit(row)) | {"set_host": "other.example.org"})
    assert Gateway.objects.get().settings == {**SMPP, "host": "other.example.org"}
    administrator.post(edit(row), asked(administrator, edit(row)) | {"set_password": "new one"})

    assert Gateway.objects.get().settings["password"] == "new one"
    assert "hush-hu" not in str(list(Entry.objects.values()))
    assert "new one" not in str(list(Entry.objects.values()))


def test_a_password_that_is_not_needed_can_be_forgotten(administrator: Client) -> None:
    settings = {"host": "127.0.0.1", "port": 25, "security": "none", "sender": "a@example.org", "login": "shop"}
    row = gateway(channel="email", provider="smtp", settings={**settings, "password": "secret"})

    said = asked(administrator, edit(row)) | {"set_login": "", "forget_password": "on"}
    administrator.post(edit(row), said)

    assert "password" not in Gateway.objects.get().settings
    assert "login" not in Gateway.objects.get().settings


def test_a_name_that_is_taken_is_refused_and_the_other_stays(administrator: Client) -> None:
    gateway()
    address = f"{ADD}?provider=email/smtp"
    told = {"name": "SMSC", "set_host": "mail.example.org", "set_port": "587", "set_sender": "news@example.org"}

    answer = administrator.post(address, asked(administrator, address) | told)

    assert "There is already a gateway “SMSC”." in answer.text
    assert Gateway.objects.get().channel == "sms"


def test_it_is_turned_off_and_on_and_the_history_says_who(administrator: Client) -> None:
    row = gateway()

    administrator.post(act(row, "turn_off"))
    assert not Gateway.objects.get().is_on
    administrator.post(act(row, "turn_on"))
    administrator.post(act(row, "set_prices"), {"lines": "0.04"})
    administrator.post(edit(row), asked(administrator, edit(row)) | {"set_window": "20"})

    page = administrator.get(staff.page_of("backoffice", row)).text
    for words in ("Turned off", "Turned on", "Set a price list of 1 lines", "Changed Window"):
        assert words in page


def test_a_pause_stands_in_the_list_with_what_the_code_means_and_is_ended(administrator: Client) -> None:
    row = gateway()
    providers.pause(row.pk, code="0x0E", seconds=3600, by=make.BY, at=make.AT)
    shown = administrator.get(staff.list_of("backoffice", Gateway)).text
    assert "refused: login, rights, sender or money (0x0E)" in shown

    administrator.post(act(row, "resume"))

    row.refresh_from_db()
    assert (row.paused_until, row.trouble) == (None, "")
    page = administrator.get(staff.page_of("backoffice", row)).text
    assert act(row, "resume") not in page
    assert act(row, "turn_on") not in page
    assert act(row, "turn_off") in page


@pytest.mark.parametrize("role", ["senior marketer", "operator", "auditor"])
def test_others_only_look(role: str) -> None:
    make.programme()
    row = gateway()
    client = staff.signed_in(role)

    assert client.get(staff.page_of("backoffice", row)).status_code == 200
    for verb in ("turn_off", "resume", "try_out", "set_prices", "change_settings"):
        assert client.post(act(row, verb)).status_code == 403
    assert client.get(edit(row)).status_code == 403
    assert client.post(edit(row), {}).status_code == 403
    assert client.get(f"{ADD}?provider=sms/smpp").status_code == 403
    assert Gateway.objects.get().is_on


def test_a_gateway_of_a_provider_that_nobody_knows_has_a_page_and_no_editor(administrator: Client) -> None:
    row = gateway(channel="viber", provider="pigeon", settings={"token": "t", "loft": "north"})

    page = administrator.get(staff.page_of("backoffice", row)).text

    assert "north" in page
    assert administrator.get(edit(row)).status_code == 404
    assert "cannot be used" in administrator.post(act(row, "try_out"), follow=True).text


def test_nobody_answers_at_a_closed_port_and_that_is_said() -> None:
    trial = gateway_trial.try_out("sms", "smpp", {**SMPP, "host": "127.0.0.1", "port": 1, "connect_timeout_s": 2})

    assert not trial.is_open
    assert trial.words.startswith("The provider cannot be reached: ")


def test_a_provider_that_says_nothing_is_waited_for_only_so_long(unused_port: Any) -> None:
    with unused_port() as port:
        trial = gateway_trial.try_out("sms", "smpp", {**SMPP, "host": "127.0.0.1", "port": port}, longest_s=0.5)

    assert trial.words == "The provider did not answer within 0.5 seconds."


@pytest.fixture
def unused_port() -> Any:
    """A server that takes connections and says nothing."""
    import socket
    from contextlib import contextmanager

    @contextmanager
    def silent() -> Any:
        with socket.create_server(("127.0.0.1", 0)) as server:
            yield server.getsockname()[1]

    return silent
