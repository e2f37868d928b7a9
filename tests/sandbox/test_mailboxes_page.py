"""The pages of mailboxes: live for browsers on this machine, harmless whatever a mail says, and not there for anybody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from regulars.sandbox.mail.record import MailRecord
from tests.sandbox.post import keep
from tests.sandbox.shop import Shop, shop_open

ONE_CLICK = {"List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}


@pytest.fixture
def record(tmp_path: Path, settings: Any) -> MailRecord:
    settings.SANDBOX_RECORD = str(tmp_path / "texts.jsonl")
    return MailRecord(tmp_path / "texts.mail.jsonl")


@pytest.fixture
def shop(settings: Any) -> Iterator[Shop]:
    with shop_open() as server:
        settings.PUBLIC_ADDRESS = f"http://127.0.0.1:{server.server_port}"
        yield server


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_mail_lies_in_its_mailbox_and_opens(record: MailRecord, client: Client) -> None:
    mail = keep(record, "anna@example.com", subject="20 % off tea", text="Come in", html="<p>Come in</p>")

    boxes, box = page(client, "/sandbox/mail/"), page(client, "/sandbox/mail/box/?address=anna%40example.com")
    opened = page(client, f"/sandbox/mail/{mail}/")

    assert "anna@example.com" in boxes
    assert "20 % off tea" in boxes
    assert "/sandbox/mail/box/?address=anna%40example.com" in boxes
    assert f"/sandbox/mail/{mail}/?address=anna%40example.com" in box
    for said in ("20 % off tea", "Corner Club", "shop@example.com", "24 Nov 2026, 14:05", f"/sandbox/mail/{mail}/body"):
        assert said in opened
    assert "Unsubscribe" not in opened


def test_phones_and_mailboxes_lead_to_each_other(record: MailRecord, client: Client) -> None:
    assert 'href="/sandbox/mail/"' in page(client, "/sandbox/")
    assert 'href="/sandbox/"' in page(client, "/sandbox/mail/")


def test_the_body_is_shut_in_and_its_links_open_outside(record: MailRecord, client: Client) -> None:
    html = '<html><head><title>x</title></head><body><a target="_self" href="https://a.example/">go</a><script>alert(1)</script>'
    mail = keep(record, "anna@example.com", html=html)

    answer = client.get(f"/sandbox/mail/{mail}/body")
    policy, body = answer.headers["Content-Security-Policy"], answer.content.decode()

    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src")
    assert "script" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_blank"><title>' in body
    assert '<a href="https://a.example/">' in body


@pytest.mark.parametrize(
    ("html", "framed"),
    [
        ("<p>x", '<base target="_blank"><p>x'),
        ("<!doctype html><p>x", '<!doctype html><base target="_blank"><p>x'),
        ("<!doctype html><html lang=en><p>x", '<!doctype html><html lang=en><base target="_blank"><p>x'),
        ("<header>x", '<base target="_blank"><header>x'),
    ],
)
def test_a_page_without_a_head_is_framed_too(record: MailRecord, client: Client, html: str, framed: str) -> None:
    mail = keep(record, "anna@example.com", html=html)

    assert page(client, f"/sandbox/mail/{mail}/body").startswith(framed)


def test_what_a_mail_says_is_shown_and_never_run(record: MailRecord, client: Client) -> None:
    evil = "<script>alert(1)</script>"
    mail = keep(record, "anna@example.com", subject=evil, text=f"{evil} https://a.example/?x=1&y=<b>.", html=evil)

    for path in ("", "box/?address=anna@example.com", f"{mail}/", f"{mail}/?show=text", f"{mail}/?show=source"):
        assert "<script>alert" not in page(client, f"/sandbox/mail/{path}")
    assert '<a href="https://a.example/?x=1&amp;y=" target="_blank"' in page(client, f"/sandbox/mail/{mail}/?show=text")


def test_a_mail_is_looked_at_in_each_way_that_it_has(record: MailRecord, client: Client) -> None:
    both = keep(record, "anna@example.com", text="plain words", html="<p>fine words</p>")
    plain = keep(record, "anna@example.com", text="only plain")

    assert "plain words" in page(client, f"/sandbox/mail/{both}/?show=text")
    assert "Message-ID: &lt;71.9@shop.example&gt;" in page(client, f"/sandbox/mail/{both}/?show=source")
    assert "<iframe" not in page(client, f"/sandbox/mail/{plain}/?show=html")
    assert "only plain" in page(client, f"/sandbox/mail/{plain}/")
    saved = client.get(f"/sandbox/mail/{plain}/source")
    assert saved.headers["Content-Disposition"] == f'attachment; filename="{plain}.eml"'
    assert b"only plain" in saved.content


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff",
        b"Content-Type: text/html; charset=x-klingon\r\n\r\n\xd0\x94",
        b"From: \xff\r\nDate: x\r\n\r\n\xed\xa0\x80",
        b"Subject: long\r\n\r\n" + b"word " * 100_000,
        b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3_000)),
    ],
    ids=["nothing", "octets", "alphabet", "surrogates", "long", "depth"],
)
def test_odd_mails_do_not_break_a_page(record: MailRecord, client: Client, raw: bytes) -> None:
    mail = keep(record, "anna@example.com", raw=raw or b"\r\n")

    for path in ("", "box/?address=anna@example.com", f"{mail}/", f"{mail}/body", f"{mail}/?show=source"):
        assert len(page(client, f"/sandbox/mail/{path}")) < 1_000_000


def test_lists_are_drawn_again_only_when_something_arrived(record: MailRecord, client: Client) -> None:
    mail = keep(record, "anna@example.com", subject="one")
    for path, whole in (
        ("/sandbox/mail/lines?q=anna", "/sandbox/mail/?q=anna"),
        (f"/sandbox/mail/box/lines?address=anna%40example.com&open={mail}", f"/sandbox/mail/{mail}/"),
    ):
        first = client.get(path)
        tag = {"If-None-Match": first.headers["ETag"]}
        assert first.headers["ETag"] in page(client, whole).replace("&quot;", '"')

        unchanged = client.get(path, headers=tag)
        keep(record, "anna@example.com", subject="two & three")
        changed = client.get(path, headers=tag)

        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert "two &amp; three" in changed.content.decode()


def test_a_mailbox_is_found_by_part_of_its_address(record: MailRecord, client: Client) -> None:
    keep(record, "anna@example.com", subject="for Anna")
    keep(record, "max@example.com", subject="for Max")

    found = page(client, "/sandbox/mail/?q=MAX@")

    assert "for Max" in found
    assert "for Anna" not in found
    assert "No mailbox with this address" in page(client, "/sandbox/mail/lines?q=olga")


def test_before_the_first_mail_the_pages_say_how_to_get_one(record: MailRecord, client: Client) -> None:
    assert "No mail has arrived yet" in page(client, "/sandbox/mail/")
    assert "Nothing has arrived here yet" in page(client, "/sandbox/mail/box/?address=olga@example.com")


def test_another_file_can_be_named_for_mails(record: MailRecord, client: Client, tmp_path: Path, settings: Any) -> None:
    settings.SANDBOX_MAIL_RECORD = str(tmp_path / "elsewhere")
    keep(MailRecord(tmp_path / "elsewhere"), "olga@example.com")

    assert "olga@example.com" in page(client, "/sandbox/mail/")


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "said"), [(200, "Unsubscribed."), (404, "answered 404"), (302, "answered 302")])
def test_one_click_posts_like_a_mail_program_and_says_what_came_back(
    record: MailRecord, client: Client, shop: Shop, status: int, said: str
) -> None:
    shop.status = status
    link = {"List_Unsubscribe": f"<http://127.0.0.1:{shop.server_port}/u/abc?x=1>"}
    mail = keep(record, "anna@example.com", **ONE_CLICK, **link)
    client.cookies["sessionid"] = "mine"

    assert "Unsubscribe</button>" in page(client, f"/sandbox/mail/{mail}/")
    answer = client.post(f"/sandbox/mail/{mail}/unsubscribe?address=anna%40example.com", follow=True)

    assert said in answer.content.decode()
    ((path, headers, body),) = shop.asked
    assert (path, body) == ("/u/abc?x=1", b"List-Unsubscribe=One-Click")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert not {"cookie", "authorization", "referer"} & set(headers)


@pytest.mark.django_db
def test_an_answer_that_does_not_come_is_said(record: MailRecord, client: Client, shop: Shop) -> None:
    mail = keep(
        record, "anna@example.com", List_Unsubscribe=f"<http://127.0.0.1:{shop.server_port}/u/abc>", **ONE_CLICK
    )
    shop.shutdown()
    shop.server_close()

    answer = client.post(f"/sandbox/mail/{mail}/unsubscribe", follow=True)

    assert "did not answer" in answer.content.decode()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:{port}/u/abc",
        "https://127.0.0.1:{port}/u/abc",
        "http://127.0.0.1:1/u/abc",
        "http://127.0.0.1:x/u/abc",
        "http://me@127.0.0.1:{port}/u/abc",
        "http://127.0.0.1:{port}.example.com/u/abc",
        "http://example.com/@127.0.0.1:{port}/",
    ],
)
def test_other_places_are_never_posted_to(record: MailRecord, client: Client, shop: Shop, url: str) -> None:
    mail = keep(record, "anna@example.com", List_Unsubscribe=f"<{url.format(port=shop.server_port)}>", **ONE_CLICK)

    assert "Unsubscribe</button>" not in page(client, f"/sandbox/mail/{mail}/")
    assert client.post(f"/sandbox/mail/{mail}/unsubscribe").status_code == 404
    assert not shop.asked


def test_looking_never_unsubscribes(record: MailRecord, client: Client, shop: Shop) -> None:
    mail = keep(
        record, "anna@example.com", List_Unsubscribe=f"<http://127.0.0.1:{shop.server_port}/u/abc>", **ONE_CLICK
    )

    assert client.get(f"/sandbox/mail/{mail}/unsubscribe").status_code == 405
    assert not shop.asked


PATHS = ["", "lines", "box/?address=anna@example.com", "box/lines", "M00000001/", "M00000001/body", "M00000001/source"]


@pytest.mark.parametrize("path", PATHS)
def test_without_a_stand_in_there_is_no_such_page(record: MailRecord, settings: Any, client: Client, path: str) -> None:
    keep(record, "anna@example.com")
    assert client.get(f"/sandbox/mail/{path}").status_code == 200

    assert client.get(f"/sandbox/mail/{path}", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.post("/sandbox/mail/M00000001/unsubscribe", REMOTE_ADDR="192.0.2.7").status_code == 404
    settings.SANDBOX_MAIL_RECORD, settings.SANDBOX_RECORD = str(record.path), ""
    assert client.get(f"/sandbox/mail/{path}").status_code == 404


@pytest.mark.parametrize("path", ["M00000009/", "M00000009/body", "M00000009/source", "x/"])
def test_a_mail_that_never_came_is_not_there(record: MailRecord, client: Client, path: str) -> None:
    assert client.get(f"/sandbox/mail/{path}").status_code == 404
