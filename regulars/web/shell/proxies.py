"""Who asks, when a reverse proxy stands in front: only proxies that were named are believed."""

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse

type Network = IPv4Network | IPv6Network
type Address = IPv4Address | IPv6Address


class Proxies:
    """Puts the asker's address, and whether TLS was spoken, where a request has them without a proxy.

    `X-Forwarded-For` is read from its end: behind our proxies stands whoever they saw, and what stands before that anybody may
    have written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.ours = networks(settings.PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request as if there were no proxy."""
        if self.ours:
            self._see_through(request)
        return self.get_response(request)

    def _see_through(self, request: HttpRequest) -> None:
        peer = read(request.META.get("REMOTE_ADDR", ""))
        if peer is None or not self._is_ours(peer):
            return
        for said in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            address = read(said.strip())
            if address is None:
                break
            peer = address
            if not self._is_ours(address):
                break
        request.META["REMOTE_ADDR"] = str(peer)
        if request.META.get("HTTP_X_FORWARDED_PROTO") == "https":
            request.META["wsgi.url_scheme"] = "https"

    def _is_ours(self, address: Address) -> bool:
        return any(address in network for network in self.ours)


def networks(listed: Sequence[str]) -> list[Network]:
    """Read addresses and networks; raises `ImproperlyConfigured` with the one that is neither."""
    found: list[Network] = []
    for each in listed:
        try:
            found.append(ip_network(each, strict=False))
        except ValueError as error:
            raise ImproperlyConfigured(f"REGULARS_PROXIES: “{each}” is neither an address nor a network.") from error
    return found


def read(text: str) -> Address | None:
    """An address as proxies write it, an IPv4 one inside IPv6 unwrapped; None when it is none."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (getattr(address, "ipv4_mapped", None) or address) if address.version == 6 else address
