"""One request to Loyalty: signed, with short time-outs, and an exception whenever it was not taken for certain."""

from datetime import datetime
from functools import cache

import httpx2
from pydantic import ValidationError

from regulars.contract import signing
from regulars.contract.changes import ConsentChanges, Outcome
from regulars.kit.trouble import NotReached

TO_LOYALTY = "/api/bridge/v1/changes"
REFUSALS = frozenset({400, 413, 415, 422})
TIMEOUT = httpx2.Timeout(3.0, connect=2.0)


class SisterNotReached(NotReached):
    """The sister did not say that she took the facts; they may have arrived all the same, so send them again."""


class FactsRefused(Exception):
    """The sister understood and refused: sending the same again will not help, people must look."""


def send(facts: ConsentChanges, *, address: str, key: str, at: datetime) -> Outcome:
    """Send facts to the sister and answer what she made of them. Raises `SisterNotReached`,
    `FactsRefused`; repeating does no harm."""
    body = facts.model_dump_json().encode()
    headers = {signing.HEADER: signing.sign(key, body, int(at.timestamp())), "Content-Type": "application/json"}
    try:
        answer = _client().post(address, content=body, headers=headers)
    except httpx2.HTTPError as error:
        raise SisterNotReached(type(error).__name__) from error
    if answer.status_code in REFUSALS:
        raise FactsRefused(f"answered {answer.status_code}")
    if answer.status_code != 200:
        raise SisterNotReached(f"answered {answer.status_code}")
    try:
        return Outcome.model_validate_json(answer.content)
    except ValidationError as error:
        raise SisterNotReached("answered something else") from error


@cache
def _client() -> httpx2.Client:
    return httpx2.Client(timeout=TIMEOUT, trust_env=False, follow_redirects=False)
