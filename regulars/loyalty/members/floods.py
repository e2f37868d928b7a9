"""Stops floods of codes, which cost money and trouble strangers: so many an hour from one network, and so many in all."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.utils.crypto import salted_hmac

from regulars.kit import sql
from regulars.kit.refusal import Refusal
from regulars.loyalty.members.models import CodeTally

WINDOW = timedelta(hours=1)
EVERYBODY = "all"
# An address from inside tells nothing about who asks: it is a reverse proxy that nobody named, or this machine.
INSIDE = tuple(
    map(
        ip_network, ["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7", "fe80::/10"]
    )
)
_COUNT = """
insert into loyalty_members_codetally as known (source, codes, since_at)
select source, 1, %(at)s from unnest(%(sources)s::text[], %(limits)s::int[]) as given (source, most) order by source
on conflict (source) do update set
  codes = case when known.since_at > %(window)s then known.codes + 1 else 1 end,
  since_at = case when known.since_at > %(window)s then known.since_at else %(at)s end
where known.since_at <= %(window)s
   or known.codes < (select most from unnest(%(sources)s::text[], %(limits)s::int[]) as given (source, most)
                      where given.source = known.source)
returning source
"""


class TooManyCodes(Refusal):
    """So many codes were asked for that no more are sent for a while; `again_at` says when there will be."""

    code = "too_many_codes"
    status = 429

    def __init__(self, again_at: datetime) -> None:
        super().__init__("Too many codes were asked for. Try again later.", extra={"again_at": again_at.isoformat()})
        self.again_at = again_at


def count_code(ip: str | None, *, at: datetime) -> None:
    """Count a wish for a code, known phone or not; raises `TooManyCodes`, and then the caller's transaction counts nothing.

    The rows stay locked until that transaction ends, so that the counts are exact.
    """
    most = {EVERYBODY: settings.CODES_PER_HOUR, **_of_network(ip)}
    counted = {source: limit for source, limit in most.items() if limit > 0}
    given = {"sources": list(counted), "limits": list(counted.values()), "at": at, "window": at - WINDOW}
    taken = {row["source"] for row in sql.fetch(dict, _COUNT, given)}
    if full := counted.keys() - taken:
        begun = CodeTally.objects.filter(source__in=full).order_by("-since_at").values_list("since_at", flat=True)
        raise TooManyCodes((begun.first() or at) + WINDOW)


def _of_network(ip: str | None) -> Mapping[str, int]:
    """Where the wish comes from, as a keyed hash: an IPv4 address, or the half of an IPv6 address that a home has."""
    try:
        address = ip_address(ip or "")
    except ValueError:
        return {}
    address = getattr(address, "ipv4_mapped", None) or address
    if any(address in network for network in INSIDE):
        return {}
    network = ip_network((address, 32 if address.version == 4 else 64), strict=False)
    mac = salted_hmac("regulars.members.floods", str(network), algorithm="sha256").hexdigest()
    return {mac: settings.CODES_PER_ADDRESS}
