"""Expressions in their places: what ``$prev`` has, and where a mistake in a value stands."""

from __future__ import annotations

from tests.support.models import findings

INPUT = "input: [3, 8, 8]\n"


def test_axes_that_prev_lacks() -> None:
    """``$prev`` has the axes of the tensor above: another axis, or another word, is told."""
    text = INPUT + "layers: [conv: {out: $prev.depth, kernel: 1}, conv: {out: $prev.area, kernel: 1}]"
    assert findings(text) == [
        "2:28 expression-value: $prev is (3, 8, 8) and has no depth | it has $prev.channels, $prev.height, $prev.width",
        "2:65 unknown-name: $prev has no 'area' | it has $prev.channels, $prev.depth, $prev.height, $prev.width",
    ]
    assert findings(INPUT + "layers: [flatten, linear: $prev.height]") == [
        "2:33 expression-value: $prev is (192,) and has no height | it has $prev.channels",
    ]


def test_an_expression_over_two_lines() -> None:
    """A mistake in an expression that is folded over lines stands where the expression begins."""
    text = INPUT + "layers:\n  - conv:\n      out: 1 +\n        $q\n      kernel: 1\n"
    assert findings(text) == ["4:12 unknown-name: nothing here is called 'q' | the names here are $prev"]


def test_an_expression_that_cannot_be_read() -> None:
    """A mistake of writing stands at its column inside the value, in quotes too."""
    assert findings(INPUT + "layers: [conv: {out: $a +, kernel: '1 + $'}]") == [
        "2:25 expression-syntax: a value is missing after '+'",
        "2:41 expression-syntax: a '$' stands alone | write the name right behind it: $width",
    ]


def test_expressions_inside_a_mapping() -> None:
    """Values are computed wherever they stand; a mapping is no number."""
    text = INPUT + "params: {n: 2}\nlayers: [conv: {out: {a: $n, b: $q}, kernel: 1}, conv: {out: 3, kernel: {a: $n}}]"
    assert findings(text) == [
        "3:33 unknown-name: nothing here is called 'q' | the names here are $n, $prev",
        "3:73 bad-value: kernel must be a whole number, or a list with one for each axis, got a mapping",
    ]


def test_params_that_cannot_be_read() -> None:
    """A param whose expression is wrong is told once; those that refer to it have no value either."""
    text = INPUT + "params: {a: $b + 1, b: $c *, c: 1}\nlayers: [conv: {out: $a, kernel: 1}]"
    assert findings(text) == ["2:27 expression-syntax: a value is missing after '*'"]


def test_what_an_alias_repeats_is_looked_at_once() -> None:
    """Aliases to one list stand for the same entries in each place, and their names count as used."""
    text = (
        INPUT
        + "params: {n: 3, pair: &p [$n, $n], again: {x: *p, y: *p}}\nlayers: [conv: {out: $again.x.0, kernel: $pair}]"
    )
    assert findings(text) == []
