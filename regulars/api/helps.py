"""What helps against each problem: a sentence per code for whoever writes or runs the program that was refused."""

from collections.abc import Mapping
from typing import Final

# What is not named here is helped by what its status says.
BY_STATUS: Final[Mapping[int, str]] = {
    400: "Correct the request; sending it again as it is gives the same answer.",
    401: "Sign the request or send the key that belongs to this door.",
    403: "Ask an administrator for the right, or use another key.",
    404: "Check the id or the address; what was there may be gone.",
    405: "Use a method that the header Allow names.",
    408: "Send it again; the same idempotency key makes that safe.",
    409: "Read the present state, then decide whether to ask again.",
    413: "Send less in one request, or several requests.",
    415: "Send the body as application/json in UTF-8.",
    422: "Correct the field that `errors` points at, and send it again.",
    429: "Wait as many seconds as Retry-After says, then send the same request again.",
    500: "Send it again with the same idempotency key; if it stays so, tell support the request id.",
    503: "Send it again in a moment, with the same idempotency key.",
}
BY_CODE: Final[Mapping[str, str]] = {
    "account_blocked": "Sell without the customer; the contact centre can say why and unblock the account.",
    "account_busy": "Send the same request again after the seconds of Retry-After.",
    "account_not_open": "Leave the account as it is; nothing is earned or spent on one that is blocked or gone.",
    "basket_refused": "See which line `errors` points at: numbers of lines are unique, and sums have limits.",
    "body_not_json": "The detail says where the body breaks. Numbers such as NaN, and half characters, are no JSON.",
    "card_blocked": "Ask for the phone number instead, or sell without a card.",
    "card_not_activated": "Let the customer activate the card, or pay in money; points are earned all the same.",
    "card_unknown": "Scan again, or ask for the phone number. A key for tests knows only cards of its own members.",
    "consent_needed": "Show the question about messages and send the answer in `consents`.",
    "currency_wrong": "Send the programme's currency; an installation sells in one money.",
    "cursor_unreadable": "Begin without a cursor, then send `next` exactly as it came, to the same list.",
    "customer_needed": "Send `customer`, or take the tender `points` away.",
    "customer_unknown": "Register the customer, or sell without. A key for tests sees only members that it registered.",
    "email_taken": "Leave the mailbox away, or find the member who has it.",
    "idempotency_key_reused": "Make a new key for a new request; a key belongs to one body for ever.",
    "identifier_needed": "Send at least a phone number.",
    "key_needed": "Send `Authorization: Bearer till_…`. For a key that was revoked, an administrator makes a new one.",
    "link_not_known": "Open the whole link of the newest message.",
    "no_programme": "An administrator sets the programme up in the back office, or with `regulars programme`.",
    "not_enough_points": "Show the customer what `available` says, and reserve or pay with less.",
    "offers_version_unknown": "Calculate again; the quote is of offers that this installation never had.",
    "phone_not_recognised": "Write the number with its country, such as +44 7700 900123.",
    "phone_taken": "This person is a member already: send the phone as `customer`.",
    "points_amount_out_of_range": "Send a whole number of the smallest unit, above zero.",
    "points_not_as_reserved": "Pay exactly what was reserved, or reserve anew with the other sum.",
    "points_not_whole": "Take the sum that `points_payable` of calculate names; units without a whole worth are not spent.",
    "points_pay_too_much": "Pay the rest in money; `points_payable` of calculate says how much points may pay.",
    "points_worth_nothing": "Reserve more points, or none.",
    "profile_not_possible": "Correct the field that `errors` points at; names have a hundred characters, languages are en and ru.",
    "purchase_already_confirmed": "Look it up with `GET /api/pos/v1/purchases`; use a new id for a new purchase.",
    "purchase_busy": "Send the same request again after the seconds of Retry-After.",
    "purchase_cancelled": "Use a new id for a new purchase; a cancelled one is never confirmed.",
    "quote_changed": "Show the customer the total in `calculated`, then confirm with the quote that stands there.",
    "quote_unreadable": "Calculate again and send the new quote unchanged, or confirm without one.",
    "request_in_flight": "Send the same request again after the seconds of Retry-After; it gets the answer of the first.",
    "reserved_for_another": "Reserve anew for this customer, or give back the points with `points: 0`.",
    "series_exhausted": "An administrator opens a new series of cards.",
    "signature_not_accepted": "Sign `time.body` with HMAC-SHA256 and the shared key, and see that both clocks are right.",
    "sum_too_large": "Split the receipt; one sum is too large for a book of 64 bits.",
    "tenders_do_not_cover": "Send tenders that make exactly the total, or none at all.",
    "till_unknown": "Ask an administrator which tills there are.",
    "too_many_requests": "Wait as many seconds as Retry-After says; `REGULARS_REQUESTS_PER_KEY` sets the pace.",
    "wording_unknown": "Load the page again; the question on it has changed.",
    "time_zone_unknown": "Take a name of the IANA database, such as Europe/London.",
}


def helps(code: str, status: int) -> str:
    """The sentence for a code; what is not named is helped by what its status says."""
    return BY_CODE.get(code) or BY_STATUS.get(status) or BY_STATUS[400 if status < 500 else 500]
