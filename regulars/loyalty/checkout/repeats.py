"""What a repeated confirm is answered: kept without names, because people leave, and without what the receipt keeps."""

from collections.abc import Mapping
from typing import Any

import orjson

from regulars.kit import sql
from regulars.loyalty.points import operations
from regulars.loyalty.purchases import queries as purchases


def kept(answer: dict[str, Any]) -> dict[str, Any]:
    """The part of an answer that is kept with the operation."""
    rest = {name: value for name, value in answer.items() if name != "outcomes"}
    if customer := answer["customer"]:
        rest["customer"] = {name: value for name, value in customer.items() if name != "first_name"}
    return rest


def first_answer(asked: operations.Key, *, till_id: int, purchase: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Put the first answer together again; one round trip. Raises `KeyReused`.

    `names` are first names of today by public id: a customer who is not among them has none any more.
    """
    batch = sql.Batch()
    known = operations.add_known(batch, asked)
    found = purchases.add_outcomes(batch, till_id, purchase)
    rows = batch.send()
    answer: dict[str, Any] = operations.read_known(rows[known], asked)
    outcomes = rows[found][0]["outcomes"]
    answer["outcomes"] = orjson.loads(outcomes) if isinstance(outcomes, str) else outcomes
    if customer := answer["customer"]:
        customer["first_name"] = names.get(customer["id"], "")
    return answer
