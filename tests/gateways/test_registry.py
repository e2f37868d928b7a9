"""Finding a gateway by channel and provider, and what is said of wrong settings."""

from typing import Any

import pytest

from regulars.gateways.registry import UnknownProvider, WrongGatewaySettings, build
from regulars.gateways.smpp import SmppSettings
from regulars.messages.gateway import Gateway, Outcome, Receipt

STORED = {"host": "127.0.0.1", "port": "2775", "system_id": "shop", "password": "secret"}


async def keep(receipt: Receipt) -> bool:
    return True


def test_a_gateway_is_built_from_stored_settings() -> None:
    gateway: Gateway = build("sms", "smpp", {**STORED, "window": 5, "vendor_statuses": {"0x4A1": "slow"}}, keep)

    assert (gateway.channel, gateway.window, gateway.timeout_s, gateway.is_open) == ("sms", 5, 20, False)


def test_an_unknown_provider_is_named_with_those_that_exist() -> None:
    with pytest.raises(UnknownProvider, match="No gateway sms/pigeon; there are: sms/smpp"):
        build("sms", "pigeon", {}, keep)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": 1}, "colour"),
        ({"port": "many"}, "port"),
        ({"port": 70_000}, "port"),
        ({"password": "longer than eight"}, "password"),
        ({"system_id": "имя"}, "system_id"),
        ({"window": 0}, "window"),
        ({"tls": "perhaps"}, "tls"),
        ({"receipt_zone": "Moon/Crater"}, "receipt_zone"),
        ({"id_format": "octal"}, "id_format"),
        ({"vendor_statuses": {"0x4A1": "sometimes"}}, "vendor_statuses"),
    ],
)
def test_a_wrong_setting_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(WrongGatewaySettings, match=f"sms/smpp: {named}: "):
        build("sms", "smpp", {**STORED, **change}, keep)


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(WrongGatewaySettings, match="password: this setting is needed"):
        build("sms", "smpp", {name: value for name, value in STORED.items() if name != "password"}, keep)


def test_the_password_is_not_shown() -> None:
    settings = SmppSettings.read({**STORED, "tls": "false", "vendor_statuses": {"1025": "retire"}})

    assert "secret" not in repr(settings)
    assert settings.tls is False
    assert settings.vendor_statuses == {1025: Outcome.RETIRE}
