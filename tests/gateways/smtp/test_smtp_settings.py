"""The settings of an SMTP gateway, and what is said of wrong ones."""

from pathlib import Path
from typing import Any

import pytest

from regulars.gateways.registry import WrongGatewaySettings, build
from regulars.gateways.smtp import SmtpSettings
from regulars.messages.gateway import Gateway, Receipt

STORED = {"host": "mail.example.org", "port": "587", "sender": "Corner Market <news@example.org>"}
SIGN_IN = {"login": "shop", "password": "secret"}


async def keep(receipt: Receipt) -> bool:
    return True


def test_a_gateway_is_built_from_stored_settings() -> None:
    gateway: Gateway = build("email", "smtp", {**STORED, **SIGN_IN, "connections": "5"}, keep)

    assert (gateway.channel, gateway.window, gateway.timeout_s, gateway.is_open) == ("email", 5, 40, False)


def test_what_is_not_set_follows_from_the_sender() -> None:
    said = SmtpSettings.read({**STORED, "sender": "news@почта.рф"})

    assert (said.bounces_to, said.id_domain) == ("news@xn--80a1acny.xn--p1ai", "xn--80a1acny.xn--p1ai")
    assert (said.security, said.connections) == ("starttls", 4)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": 1}, "colour"),
        ({"host": ""}, "host"),
        ({"host": "mail.example.org\r\n"}, "host"),
        ({"port": "many"}, "port"),
        ({"port": 70_000}, "port"),
        ({"port": True}, "port"),
        ({"security": "perhaps"}, "security"),
        ({**SIGN_IN, "security": "none"}, "security"),
        ({"login": "shop"}, "password"),
        ({"password": "secret"}, "login"),
        ({"login": "sh\nop", "password": "secret"}, "login"),
        ({"sender": "Corner Market"}, "sender"),
        ({"sender": "Corner <news@example.org"}, "sender"),
        ({"sender": "Corner\r\nBcc: x@example.org <news@example.org>"}, "sender"),
        ({"sender": "новости@example.org"}, "sender"),
        ({"reply_to": "nobody"}, "reply_to"),
        ({"envelope_from": "Bounces <bounces@example.org>"}, "envelope_from"),
        ({"hello": "two words"}, "hello"),
        ({"domain": "exa mple"}, "domain"),
        ({"keeps_mailboxes": "no"}, "keeps_mailboxes"),
        ({"keeps_mailboxes": 1}, "keeps_mailboxes"),
        ({"keeps_mailboxes": None}, "keeps_mailboxes"),
        ({"connections": 0}, "connections"),
        ({"connections": True}, "connections"),
        ({"mails_per_connection": 0}, "mails_per_connection"),
        ({"response_timeout_s": 0}, "response_timeout_s"),
        ({"idle_s": -1}, "idle_s"),
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(WrongGatewaySettings, match=f"email/smtp: {named}: ") as wrong:
        build("email", "smtp", {**STORED, **change}, keep)

    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize("name", STORED)
def test_a_missing_setting_is_named(name: str) -> None:
    with pytest.raises(WrongGatewaySettings, match=f"{name}: this setting is needed"):
        build("email", "smtp", {one: value for one, value in STORED.items() if one != name}, keep)


def test_that_a_server_keeps_the_mailboxes_is_said_with_yes_or_no() -> None:
    said = [SmtpSettings.read({**STORED, **more}) for more in ({}, {"keeps_mailboxes": True})]

    assert [one.keeps_mailboxes for one in said] == [False, True]


def test_a_password_may_go_unsecured_to_this_machine_only() -> None:
    said = [SmtpSettings.read({**STORED, **SIGN_IN, "security": "none", "host": host}) for host in ("127.0.0.1", "::1")]

    assert len(said) == 2


def test_the_password_is_not_shown(tmp_path: Path) -> None:
    assert "secret" not in repr(SmtpSettings.read({**STORED, **SIGN_IN}))
    with pytest.raises(WrongGatewaySettings) as wrong:
        build("email", "smtp", {**STORED, "login": "shop", "password": None}, keep)
    assert "password: this does not fit here" in str(wrong.value)
