"""What a repeat is answered: kept without names, because people leave, and without what the receipt keeps."""

from collections.abc import Mapping
from typing import Any

import orjson

from regulars.kit import sql
from regulars.loyalty.points import operations
from regulars.loyalty.purchases import queries as purchases


def kept(answer: dict[str, Any]) -> dict[str, Any]:
    """The part of a receipt's answer that is kept with the operation."""
    return nameless({name: value for name, value in answer.items() if name != "outcomes"})


def nameless(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without the customer's name."""
    rest = dict(answer)
    if customer := answer["customer"]:
        rest["customer"] = {name: value for name, value in customer.items() if name != "first_name"}
    return rest


def first_answer(asked: operations.Key, *, till_id: int, purchase: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Put the first answer to a confirm together again; one round trip. Raises `KeyReused`.

    `names` are first names of today by public id: a customer who is not among them has none any more.
    """
    batch = sql.Batch()
    known = operations.add_known(batch, asked)
    found = purchases.add_outcomes(batch, till_id, purchase)
    rows = batch.send()
    answer: dict[str, Any] = operations.read_known(rows[known], asked)
    outcomes = rows[found][0]["outcomes"]
    answer["outcomes"] = orjson.loads(outcomes) if isinstance(outcomes, str) else outcomes
    return named(answer, names)


def named(answer: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A kept answer with the customer's name of today."""
    if customer := answer["customer"]:
        customer["first_name"] = names.get(customer["id"], "")
    return answer
