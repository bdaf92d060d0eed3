"""Params: names that they may not have, variants, and values given by the caller."""

from __future__ import annotations

import pytest

from cnninspect import api
from tests.support.models import findings, shapes

CONV = "input: [3, 8, 8]\nparams: {width: 1}\nlayers: [conv: {out: $width, kernel: 1}]\n"


def test_words_with_a_meaning() -> None:
    """A param cannot take a name that expressions give a meaning."""
    text = "input: [3, 8, 8]\nparams: {prev: 3, i: 4, item: 5}\nlayers: [relu]"
    meaning = "already has a meaning in expressions | give the param another name"
    assert findings(text) == [
        f"2:10 bad-name: 'prev' {meaning}",
        f"2:19 bad-name: 'i' {meaning}",
        f"2:25 bad-name: 'item' {meaning}",
    ]


def test_a_variant_is_a_mapping() -> None:
    """A variant changes params by name; what is no mapping is told, whichever variant is asked for."""
    text = CONV + "variants: {x: 3, y: [width], z: {width: 7}}"
    said = [
        "4:15 bad-variant: variant 'x' must be a mapping of params to values | write x: {param: value}",
        "4:21 bad-variant: variant 'y' must be a mapping of params to values | write y: {param: value}",
    ]
    assert findings(text) == said
    assert findings(text, variant="z") == said
    assert findings(text, variant="y") == said


def test_a_variant_may_change_nothing() -> None:
    """A variant of an empty mapping is the model itself, and one may say what it is and where it comes from."""
    text = CONV + "variants: {same: {}, paper: {description: as printed, reference: a page, width: 5}}"
    assert shapes(text, variant="same") == [(1, 8, 8)]
    assert shapes(text, variant="paper") == [(5, 8, 8)]


@pytest.mark.parametrize(
    ("given", "finding"),
    [
        (" ", "3:22 bad-value: out must be a whole number, got nothing"),
        ("[1, 2", "1:1 yaml-syntax: this '[' is never closed | write ']' where it ends"),
        (
            "8\non: false",
            "0:0 yaml-syntax: the value of --set width has several lines and is not YAML: 8\\non: false"
            " | write it on one line",
        ),
        ("{x: 1, x: 2}", "1:8 duplicate-key: the key 'x' is here twice | keep one of the two"),
    ],
)
def test_a_given_value_that_is_none(given: str, finding: str) -> None:
    """A value from outside that cannot be read is the only finding; an empty one is null."""
    assert findings(CONV, sets={"width": given}) == [finding]


def test_a_given_value_has_its_own_place() -> None:
    """A mistake in a value from outside stands in what was given, not in the file."""
    (found,) = api.read("model.yaml", text=CONV, sets={"width": "[1, 2"}).findings
    assert found.span.file == "--set width"


def test_names_of_entries() -> None:
    """A param is referred to in expressions, a block and a variant on their own: their names must allow that."""
    text = "input: [3]\nparams: {a-b: 1, 2c: 3}\nblocks: {'b b': [relu]}\nvariants: {'': {}}\nlayers: [relu]"
    param = "a param's name is made of letters, digits and '_', and begins with no digit"
    assert findings(text) == [
        f"2:10 bad-name: {param}, got 'a-b'",
        f"2:18 bad-name: {param}, got '2c'",
        "3:10 bad-name: a name is made of letters, digits, '_', '-' and '.', got 'b b'",
        "4:12 bad-name: a name cannot be empty, got ''",
    ]
