"""What is said about a mail domain, asked of a real name server on the wire."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regulars.gateways.smtp import domain
from regulars.kit.checks import State
from regulars.sandbox.dns import NameServer


def key(bits: int) -> str:
    public = generate_private_key(65537, bits).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def text(said: str) -> tuple[str, str]:
    pieces = [said[start : start + 200] for start in range(0, len(said), 200)]
    return "TXT", " ".join(f'"{piece}"' for piece in pieces)


GOOD: Mapping[str, Sequence[tuple[str, str]]] = {
    "shop.example": [("MX", "10 mx.shop.example."), text("v=spf1 include:_spf.relay.example -all"), text("site=1")],
    "_spf.relay.example": [text("v=spf1 ip4:192.0.2.0/24 -all")],
    "s1._domainkey.shop.example": [text(f"v=DKIM1; k=rsa; p={key(2048)}")],
    "_dmarc.shop.example": [text("v=DMARC1; p=reject; rua=mailto:dmarc@shop.example")],
}


@contextmanager
def found(
    changed: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    *,
    sender: str = "shop.example",
    bounces_to: str = "",
    selector: str = "s1",
    silent: Sequence[str] = (),
    refuses: Sequence[str] = (),
) -> Iterator[dict[str, tuple[State, str]]]:
    with NameServer({**GOOD, **(changed or {})}, is_silent=silent, refuses=refuses).serving() as server:
        names = domain.Names(server.address, lifetime_s=1)
        said = domain.check(sender, bounces_to=bounces_to or sender, selector=selector, names=names)
    yield {each.name.partition(" ")[0]: (each.state, each.sentence) for each in said}


def test_a_domain_that_has_everything_is_fine() -> None:
    with found() as said:
        assert [state for state, _ in said.values()] == [State.OK] * 4
        assert "1 further question" in said["SPF"][1]


@pytest.mark.parametrize(
    ("changed", "what", "state", "word"),
    [
        ({"shop.example": []}, "bounces", State.FAILED, "no mail server"),
        ({"shop.example": [("MX", "0 .")]}, "bounces", State.FAILED, "takes no mail"),
        ({"shop.example": [("MX", "5 mx.shop.example.")]}, "SPF", State.FAILED, "No record"),
        ({"shop.example": [text("v=spf1 -all"), text("v=spf1 ~all")]}, "SPF", State.FAILED, "more than one"),
        ({"shop.example": [text("v=spf1 +all")]}, "SPF", State.FAILED, "everybody"),
        ({"shop.example": [text("v=spf1 mx")]}, "SPF", State.WARNING, "-all"),
        ({"s1._domainkey.shop.example": [text("v=DKIM1; p=")]}, "DKIM", State.FAILED, "taken back"),
        ({"s1._domainkey.shop.example": [text("v=DKIM1; p=AAAA")]}, "DKIM", State.FAILED, "cannot be read"),
        ({"s1._domainkey.shop.example": [text(f"p={key(1024)}")]}, "DKIM", State.WARNING, "1024"),
        ({"_dmarc.shop.example": [text("v=DMARC1; p=none")]}, "DMARC", State.WARNING, "none"),
        ({"_dmarc.shop.example": [text("v=DMARC1; p=maybe")]}, "DMARC", State.FAILED, "no policy"),
        ({"_dmarc.shop.example": []}, "DMARC", State.FAILED, "No record"),
    ],
)
def test_each_fault_is_named(
    changed: Mapping[str, Sequence[tuple[str, str]]], what: str, state: State, word: str
) -> None:
    with found(changed) as said:
        assert said[what][0] is state
        assert word in said[what][1]


def test_a_record_that_asks_too_much_is_named() -> None:
    chain = {f"{n}.chain.example": [text(f"v=spf1 include:{n + 1}.chain.example -all")] for n in range(12)}

    with found({**chain, "shop.example": [text("v=spf1 include:0.chain.example -all")]}) as said:
        assert said["SPF"][0] is State.FAILED
        assert "give up after 10" in said["SPF"][1]


def test_records_that_include_each_other_come_to_an_end() -> None:
    with found({"_spf.relay.example": [text("v=spf1 include:shop.example -all")]}) as said:
        assert said["SPF"][0] is State.OK


def test_the_policy_of_the_domain_above_counts() -> None:
    with found(sender="news.shop.example", bounces_to="shop.example", selector="") as said:
        assert said["DMARC"][0] is State.OK
        assert said["DKIM"][0] is State.WARNING


def test_failures_that_go_elsewhere_leave_everything_to_the_signature() -> None:
    with found({"relay.example": [text("v=spf1 -all")]}, bounces_to="relay.example") as said:
        assert said["DMARC"][0] is State.WARNING
        assert "DKIM alone" in said["DMARC"][1]


@pytest.mark.parametrize("trouble", ["silent", "refuses"])
def test_without_an_answer_nothing_is_claimed(trouble: str) -> None:
    with found(**{trouble: ["shop.example"]}) as said:  # type: ignore[arg-type]
        assert [state for state, _ in said.values()] == [State.SKIPPED]
