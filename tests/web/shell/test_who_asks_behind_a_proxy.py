"""Only a proxy that was named is believed about who asks, and whether by TLS."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from regulars.web.shell.proxies import Proxies

PROXY, ASKER = "10.0.0.7", "203.0.113.9"


def seen(settings: Any, peer: str, *, said: str = "", scheme: str = "", ours: str = "10.0.0.0/8") -> tuple[str, bool]:
    settings.PROXIES = [ours] if ours else []
    headers = {"x-forwarded-for": said, "x-forwarded-proto": scheme}
    request = RequestFactory().get("/", headers={name: value for name, value in headers.items() if value})
    request.META["REMOTE_ADDR"] = peer

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.META['REMOTE_ADDR']} {request.is_secure()}")

    address, is_secure = Proxies(answer)(request).content.decode().split()
    return address, is_secure == "True"


def test_our_proxy_says_who_asks_and_how(settings: Any) -> None:
    assert seen(settings, PROXY, said=ASKER, scheme="https") == (ASKER, True)


def test_what_the_asker_wrote_before_is_not_believed(settings: Any) -> None:
    assert seen(settings, PROXY, said=f"127.0.0.1, {ASKER}") == (ASKER, False)


def test_a_row_of_our_own_proxies_is_seen_through(settings: Any) -> None:
    assert seen(settings, PROXY, said=f"{ASKER}, 10.0.0.8, ::ffff:10.0.0.9") == (ASKER, False)


def test_a_stranger_is_not_believed(settings: Any) -> None:
    assert seen(settings, "198.51.100.1", said=ASKER, scheme="https") == ("198.51.100.1", False)


def test_without_a_named_proxy_nobody_is_believed(settings: Any) -> None:
    assert seen(settings, PROXY, said=ASKER, scheme="https", ours="") == (PROXY, False)


def test_nonsense_leaves_the_proxy_itself(settings: Any) -> None:
    assert seen(settings, PROXY, said="unknown") == (PROXY, False)


def test_a_wrong_network_is_named(settings: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="shop"):
        seen(settings, PROXY, ours="shop")
