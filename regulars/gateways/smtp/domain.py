"""Whether receivers will believe mails from a domain: MX, SPF, DKIM and DMARC as the name server tells them.

SPF is RFC 7208, DKIM's keys are RFC 6376, DMARC is RFC 7489; large receivers ask senders of many mails for all three.
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.resolver
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from regulars.gateways.smtp.settings import SmtpSettings
from regulars.kit.checks import Finding, failed, ok, skipped, warning
from regulars.providers import queries as providers

MOST_SPF_LOOKUPS = 10  # RFC 7208 4.6.4
SHORTEST_KEY, GOOD_KEY = 1024, 2048  # bits of an RSA key, RFC 8301 3.2
_LOOKS_UP = ("include", "a", "mx", "ptr", "exists", "redirect")


class NoAnswer(Exception):
    """The name server did not answer, so that nothing is known; the message says what happened."""


@dataclass(slots=True)
class Names:
    """Asks a name server; `server` is `host:port`, empty for the one that this machine uses."""

    server: str = ""
    lifetime_s: float = 1.5

    def texts(self, name: str) -> list[str]:
        """The TXT records of a name, each joined from its pieces; none is an empty list. Raises `NoAnswer`."""
        return [b"".join(record.strings).decode("utf-8", "replace") for record in self._ask(name, "TXT")]

    def exchanges(self, name: str) -> list[str]:
        """The mail servers of a domain, the preferred one first; `.` says that it takes no mail (RFC 7505)."""
        found = sorted(self._ask(name, "MX"), key=lambda record: record.preference)
        return [str(record.exchange) for record in found]

    def has_address(self, name: str) -> bool:
        """Whether a name has an IPv4 or IPv6 address."""
        return any(self._ask(name, kind) for kind in ("A", "AAAA"))

    def _ask(self, name: str, kind: str) -> list[Any]:
        try:
            return list(self._resolver().resolve(name, kind, raise_on_no_answer=False, lifetime=self.lifetime_s))
        except dns.resolver.NXDOMAIN:
            return []
        except dns.exception.DNSException as error:
            raise NoAnswer(f"{kind} of {name}: {type(error).__name__}") from error

    def _resolver(self) -> dns.resolver.Resolver:
        if not self.server:
            return dns.resolver.Resolver()
        host, _, port = self.server.rpartition(":")
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [host.strip("[]")], int(port)
        return resolver


def check_gateways(server: str) -> list[Finding]:
    """Look at the domains of all SMTP gateways that are on and not only for tests."""
    found: list[Finding] = []
    for account in providers.list_accounts_on():
        if account.provider != "smtp" or account.is_test:
            continue
        settings = SmtpSettings.read(account.settings)
        bounces_to = settings.bounces_to.rpartition("@")[2]
        names = Names(server)
        found += check(settings.mailbox.domain, bounces_to=bounces_to, selector=settings.dkim_selector, names=names)
    return found or [skipped("mail domain", "No gateway sends mails, or only test mails.")]


def check(domain: str, *, bounces_to: str, selector: str, names: Names) -> list[Finding]:
    """Look at everything that receivers look at; `bounces_to` is the domain of the envelope, whose SPF counts.

    `selector` is the name under which whoever signs the mails keeps the DKIM key; empty when nobody said it. Without an
    answer of the name server everything is skipped: nothing is known then.
    """
    try:
        return [
            _bounces(bounces_to, names),
            _spf(bounces_to, names),
            _dkim(domain, selector, names),
            _dmarc(domain, bounces_to, names),
        ]
    except (NoAnswer, dns.exception.DNSException, ValueError, OSError) as error:
        return [skipped(f"mail domain {domain}", f"The name server could not be asked: {error}.")]


def _bounces(domain: str, names: Names) -> Finding:
    name, found = f"bounces to {domain}", names.exchanges(domain)
    if found == ["."]:
        return failed(
            name, "The domain says that it takes no mail, so failures cannot be reported.", _set("MX", domain)
        )
    if found or names.has_address(domain):
        return ok(name, f"Failures are reported to {found[0].rstrip('.') if found else domain}.")
    return failed(name, "The domain has no mail server, so failures cannot be reported.", _set("MX", domain))


def _spf(domain: str, names: Names) -> Finding:
    name, records = f"SPF of {domain}", _spf_records(domain, names)
    fix = _set("TXT", domain, "v=spf1 include:<your provider's name> -all")
    if len(records) != 1:
        said = "No record says who may send for this domain." if not records else "There is more than one SPF record."
        return failed(name, said, fix)
    words = records[0].split()[1:]
    if "+all" in words or "all" in words:
        return failed(name, "The record lets everybody send for this domain.", fix)
    lookups = sum(1 for _ in _lookups(domain, names, {domain}))
    if lookups > MOST_SPF_LOOKUPS:
        said = f"The record needs {lookups} further questions; receivers give up after {MOST_SPF_LOOKUPS}."
        return failed(name, said, f"Remove what is not used any more from the TXT record of {domain}.")
    ends = any(word in ("-all", "~all") or word.startswith("redirect=") for word in words)
    if not ends:
        return warning(name, "The record does not say what others get: it should end in -all or ~all.", fix)
    return ok(name, f"One record, {lookups} further questions.")


def _spf_records(domain: str, names: Names) -> list[str]:
    return [text for text in names.texts(domain) if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def _lookups(domain: str, names: Names, seen: set[str]) -> Iterator[str]:
    """The terms of a record, and of those that it includes, that make a receiver ask again."""
    for record in _spf_records(domain, names)[:1]:
        for word in record.split()[1:]:
            term, value = _term(word)
            if term not in _LOOKS_UP:
                continue
            yield word
            if term in ("include", "redirect") and value and "%" not in value and value not in seen:
                seen.add(value)
                yield from _lookups(value, names, seen)


def _term(word: str) -> tuple[str, str]:
    word = word.lstrip("+-~?").lower()
    for sign in (":", "=", "/"):
        if sign in word:
            term, _, value = word.partition(sign)
            return term, value
    return word, ""


def _dkim(domain: str, selector: str, names: Names) -> Finding:
    name = f"DKIM of {domain}"
    if not selector:
        return warning(
            name,
            "Nobody said under which selector the mails are signed.",
            "Let your mail provider sign, and set dkim_selector of the gateway to the name that it uses.",
        )
    place = f"{selector}._domainkey.{domain}"
    tags = [_tags(text) for text in names.texts(place)]
    keys = [found for found in tags if "p" in found]
    if not keys:
        return failed(name, f"There is no key at {place}.", _set("TXT", place, "v=DKIM1; p=<the key>"))
    if not keys[0]["p"]:
        return failed(name, f"The key at {place} was taken back.", _set("TXT", place, "v=DKIM1; p=<a new key>"))
    return _judge_key(name, place, keys[0])


def _judge_key(name: str, place: str, tags: dict[str, str]) -> Finding:
    kind = tags.get("k", "rsa")
    if kind == "ed25519":
        return ok(name, f"An Ed25519 key stands at {place}.")
    try:
        key = load_der_public_key(base64.b64decode("".join(tags["p"].split()), validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return failed(name, f"The key at {place} cannot be read.", _set("TXT", place, "v=DKIM1; p=<the key>"))
    bits = key.key_size if isinstance(key, RSAPublicKey) else 0
    if bits < SHORTEST_KEY:
        return failed(
            name, f"The key at {place} has {bits} bits; receivers do not believe it.", f"Use {GOOD_KEY} bits."
        )
    if bits < GOOD_KEY:
        return warning(name, f"The key at {place} has {bits} bits.", f"Use {GOOD_KEY} bits.")
    return ok(name, f"A key of {bits} bits stands at {place}.")


def _dmarc(domain: str, bounces_to: str, names: Names) -> Finding:
    name, fix = (
        f"DMARC of {domain}",
        _set("TXT", f"_dmarc.{domain}", "v=DMARC1; p=quarantine; rua=mailto:dmarc@" + domain),
    )
    for place in _upwards(domain):
        records = [
            text for text in names.texts(f"_dmarc.{place}") if text.replace(" ", "").lower().startswith("v=dmarc1")
        ]
        if len(records) > 1:
            return failed(name, f"_dmarc.{place} has more than one record, so receivers use none.", fix)
        if records:
            return _judge_policy(name, place, _tags(records[0]), fix, is_aligned=_is_aligned(domain, bounces_to))
    return failed(name, "No record says what receivers do with mails that only pretend to be from here.", fix)


def _judge_policy(name: str, place: str, tags: dict[str, str], fix: str, *, is_aligned: bool) -> Finding:
    policy = tags.get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        return failed(name, f"The record at _dmarc.{place} has no policy that receivers know.", fix)
    if policy == "none":
        return warning(name, "The policy is “none”: pretenders get through. Fine while you watch the reports.", fix)
    if not is_aligned:
        return warning(
            name, "Failures go to another domain, so SPF does not count for DMARC: DKIM alone must hold.",
            "Set envelope_from of the gateway to an address of the sender's domain.",
        )  # fmt: skip
    return ok(name, f"_dmarc.{place} asks receivers to {policy} what only pretends.")


def _upwards(domain: str) -> Iterator[str]:
    """The domain and those above it, but no top one."""
    labels = domain.split(".")
    for start in range(max(1, len(labels) - 1)):
        yield ".".join(labels[start:])


def _is_aligned(domain: str, other: str) -> bool:
    """Whether both domains belong together (relaxed): one is, or lies below, the other, or both lie below one of two labels."""
    above = {each for each in _upwards(domain) if each.count(".") >= 1}
    return bool(above & set(_upwards(other)))


def _tags(text: str) -> dict[str, str]:
    """Read `v=DMARC1; p=none` (RFC 6376 3.2)."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs if name.strip()}


def _set(kind: str, name: str, value: str = "") -> str:
    return f"Add a record {kind} for {name} at whoever keeps the domain{f': {value}' if value else '.'}"
