"""Within a version, a published document of an API takes nothing away and demands nothing new."""

import copy
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from regulars.management.commands.openapi import documents
from tests.api.breaking import breaches
from tests.conftest import ROOT

PUBLISHED = ROOT / "docs" / "openapi" / "published"
CONFIRM = "/api/pos/v1/purchases/{purchase}/confirm"
LIST = "/api/pos/v1/purchases"
type Change = Callable[[Any], None]


def now(name: str) -> Any:
    return orjson.loads(documents()[name])


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.json")), ids=lambda path: path.stem)
def test_what_was_published_is_kept(path: Any) -> None:
    name = path.stem
    assert name in documents(), f"{path.name} was published, and nothing answers for it any more."

    found = breaches(orjson.loads(path.read_bytes()), now(name))

    assert not found, f"Programs that know {path.name} would break; make a new version: {'; '.join(found)}."


def test_every_document_is_published() -> None:
    assert {path.stem for path in PUBLISHED.glob("*.json")} == set(documents())


def schema(document: Any, name: str) -> Any:
    return document["components"]["schemas"][name]


def _operation_gone(document: Any) -> None:
    del document["paths"][CONFIRM]["post"]


def _path_gone(document: Any) -> None:
    del document["paths"][CONFIRM]


def _status_gone(document: Any) -> None:
    del document["paths"][CONFIRM]["post"]["responses"]["409"]


def _field_not_taken(document: Any) -> None:
    del schema(document, "LineBody")["properties"]["till_discount"]


def _field_wanted(document: Any) -> None:
    schema(document, "LineBody")["required"].append("name")


def _new_field_wanted(document: Any) -> None:
    schema(document, "ConfirmBody")["properties"]["shift"] = {"type": "string"}
    schema(document, "ConfirmBody")["required"].append("shift")


def _header_wanted(document: Any) -> None:
    header = {"in": "header", "name": "Shift", "required": True, "schema": {"type": "string"}}
    document["paths"][CONFIRM]["post"]["parameters"].append(header)


def _parameter_gone(document: Any) -> None:
    parameters = document["paths"][LIST]["get"]["parameters"]
    parameters[:] = [each for each in parameters if each["name"] != "since"]


def _limit_narrowed(document: Any) -> None:
    schema(document, "ConfirmBody")["properties"]["lines"]["maxItems"] = 10


def _pattern_narrowed(document: Any) -> None:
    schema(document, "RegisterBody")["properties"]["locale"]["pattern"] = "^en$"


def _enum_narrowed(document: Any) -> None:
    place = schema(document, "Problem")["properties"]["errors"]["items"]["properties"]["in"]
    schema(document, "RegisterBody")["properties"]["locale"] = {"type": "string", "enum": place["enum"][:1]}


def _type_changed(document: Any) -> None:
    schema(document, "LineBody")["properties"]["sku"] = {"type": "integer"}


def _answer_lost_a_field(document: Any) -> None:
    del schema(document, "PurchaseTold")["properties"]["total"]


def _answer_may_lack_a_field(document: Any) -> None:
    schema(document, "Problem")["required"].remove("code")


def _answer_became_another_kind(document: Any) -> None:
    schema(document, "PurchaseTold")["properties"]["total"] = {"type": "string"}


BREACHES: dict[Change, str] = {
    _operation_gone: "is gone",
    _path_gone: "is gone",
    _status_gone: "does not answer 409",
    _field_not_taken: "till_discount is not taken",
    _field_wanted: "name is wanted",
    _new_field_wanted: "shift is wanted",
    _header_wanted: "wants the header parameter shift",
    _parameter_gone: "takes no query parameter since",
    _limit_narrowed: "lower maxItems",
    _pattern_narrowed: "another pattern",
    _enum_narrowed: "takes only some values",
    _type_changed: "was string and is integer",
    _answer_lost_a_field: "total is not told",
    _answer_may_lack_a_field: "code may be missing",
    _answer_became_another_kind: "may be string",
}


@pytest.mark.parametrize("change", BREACHES, ids=lambda change: change.__name__)
def test_a_planted_breach_is_found_and_a_new_version_allows_it(change: Change) -> None:
    published, changed = now("pos"), copy.deepcopy(now("pos"))
    change(changed)

    assert any(BREACHES[change] in found for found in breaches(published, changed)), breaches(published, changed)
    changed["info"]["version"] = "2"
    assert breaches(published, changed) == []


def _optional_field(document: Any) -> None:
    schema(document, "ConfirmBody")["properties"]["note"] = {"type": "string"}


def _optional_parameter(document: Any) -> None:
    document["paths"][LIST]["get"]["parameters"].append({"in": "query", "name": "till", "schema": {"type": "string"}})


def _new_answer_field(document: Any) -> None:
    schema(document, "PurchaseTold")["properties"]["note"] = {"type": "string"}


def _limit_widened(document: Any) -> None:
    schema(document, "ConfirmBody")["properties"]["lines"]["maxItems"] += 1


def _new_operation(document: Any) -> None:
    document["paths"]["/api/pos/v1/new"] = {"get": {"responses": {"200": {}}}}


def _new_status(document: Any) -> None:
    document["paths"][CONFIRM]["post"]["responses"]["418"] = {"description": "New"}


@pytest.mark.parametrize(
    "change",
    [_optional_field, _optional_parameter, _new_answer_field, _limit_widened, _new_operation, _new_status],
    ids=lambda change: change.__name__,
)
def test_what_only_adds_breaks_nothing(change: Change) -> None:
    published, changed = now("pos"), copy.deepcopy(now("pos"))
    change(changed)

    assert breaches(published, changed) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d["channels"]["letters"].update(address="elsewhere"), "moved"),
        (lambda d: d["channels"]["letters"]["bindings"]["amqp"]["queue"].update(name="v2"), "moved"),
        (lambda d: schema(d, "MemberChanged")["properties"].pop("phone"), "phone is not"),
        (lambda d: d["components"]["messages"].clear(), "message batch is gone"),
        (lambda d: schema(d, "ConsentChange")["properties"].update(is_on={"type": "string"}), "is_on"),
    ],
)
def test_a_planted_breach_of_the_letters_is_found(change: Change, said: str) -> None:
    published, changed = now("letters"), copy.deepcopy(now("letters"))
    change(changed)

    assert any(said in found for found in breaches(published, changed)), breaches(published, changed)
