"""Texts with variables: values are printed and not run, mistakes are told in words, and no text eats the machine."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.templates.liquid import TemplateRefused, render


def test_values_are_filled_in() -> None:
    assert render("+{{ points }} for {{ name | upcase }}", {"points": 5, "name": "Anna"}) == "+5 for ANNA"
    assert (
        render("{% for line in lines %}{{ line.sku }} {% endfor %}", {"lines": [{"sku": "1"}, {"sku": "2"}]}) == "1 2 "
    )
    assert render("{{ worth }}", {"worth": Decimal("1.50")}) == "1.50"


@given(st.text(st.characters(exclude_characters="\r", exclude_categories=["Cs"])))
def test_a_value_is_printed_and_not_run(name: str) -> None:
    assert render("{{ name }}", {"name": name}) == name
    assert render("{{ name }}", {"name": "{{ x }}{% if y %}"}) == "{{ x }}{% if y %}"


def test_a_variable_that_does_not_exist_is_named() -> None:
    with pytest.raises(TemplateRefused, match="pionts") as refused:
        render("+{{ pionts }}", {"points": 5}, field="texts.en")

    assert refused.value.field == "texts.en"


@pytest.mark.parametrize(
    "source",
    [
        "{{ points",
        "{% if points %}",
        "{% include 'secrets' %}",
        "{{ points | shout }}",
        "{% if 0 %}{{ 1 | shout }}{% endif %}",
    ],
)
def test_a_mistake_is_told_in_words(source: str) -> None:
    with pytest.raises(TemplateRefused):
        render(source, {"points": 5})


@pytest.mark.parametrize(
    "source",
    [
        "{% for a in (1..100000000) %}x{% endfor %}",
        "{% for a in (1..9000) %}{% for b in (1..9000) %}x{% endfor %}{% endfor %}",
        "{% assign a = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' %}" + "{% assign a = a | append: a %}" * 24 + "{{ a }}",
        "{% for a in (1..9000) %}" + "x" * 200 + "{% endfor %}",
        "x" * 100_001,
        "{{ (1..300000000) | join: 'x' }}",
        "{{ (1..9000) | join: '" + "x" * 9000 + "' }}",
        "{{ 'a'" + " | replace: '', 'xxxxxxxxxxxxxxxxxxxx'" * 30 + " }}",
        "{{ '%'" + " | url_encode" * 3000 + " }}",
        "{{ 9" + " | times: 999999999" * 9000 + " }}",
        "{{ '1e99999999' | ceil }}",
        "{% assign a = (1..9000) %}{% for b in (1..9000) %}{{ a | join: 'xxxxxxxxxxxxx' | size }}{% endfor %}",
        "{% if true %}" * 2000 + "{% endif %}" * 2000,
    ],
)
def test_no_text_asks_for_more_than_its_share(source: str) -> None:
    with pytest.raises(TemplateRefused):
        render(source, {})


@pytest.mark.parametrize("value", [object(), render, {"inner": [object()]}, {1, 2}])
def test_objects_do_not_get_into_a_text(value: object) -> None:
    with pytest.raises(TypeError):
        render("{{ value }}", {"value": value})
