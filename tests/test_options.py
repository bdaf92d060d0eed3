"""Typed options: how a declaration shows itself, and the bounds that hold for all of a kind."""

from __future__ import annotations

import pytest

from cnninspect.options import LARGEST, REQUIRED, Float, Int, Option, PerAxis, Same, described
from cnninspect.values import Problem


def refusal(option: Option[int] | Option[float] | Option[tuple[int, ...]], value: object) -> str:
    option.name = "size"
    with pytest.raises(Problem) as raised:
        option.parse(value, 2)
    assert (raised.value.code, raised.value.option) == ("bad-value", "size")
    return raised.value.message


def test_defaults_show_themselves() -> None:
    """What stands for a default is shown in words."""
    assert (repr(REQUIRED), repr(Same("kernel"))) == ("required", "same as kernel")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (2**53 + 1, "size must be at most 9007199254740992, got 9007199254740993"),
        ([1, 2**53 + 1], "size must be at most 9007199254740992, got the list [1, 9007199254740993]"),
    ],
)
def test_sizes_have_a_bound(value: object, message: str) -> None:
    """A size that no network comes near is a typing mistake, alone and in a list."""
    assert refusal(PerAxis(help="a size"), value) == message


def test_numbers_are_finite() -> None:
    """A number is finite and within its bounds, whatever sign and size it has."""
    option = Float(help="a size", min=0, max=1)
    assert [refusal(option, value) for value in (float("inf"), float("nan"), -1e30, 1.5)] == [
        "size must be a finite number, got inf",
        "size must be a finite number, got nan",
        "size must be at least 0, got -1e+30",
        "size must be at most 1, got 1.5",
    ]
    whole = "size must be between -9007199254740992 and 9007199254740992, got"
    assert refusal(Float(help="a size"), -1e30) == f"{whole} -1e+30"
    assert refusal(Float(help="a size"), float("-inf")) == "size must be a finite number, got -inf"
    assert (option.parse(0, 2), option.parse(1, 2)) == (0.0, 1.0)


def test_whole_numbers_have_a_bound() -> None:
    """A whole number may be as large as floats count exactly, or as its own bound says."""
    assert Int(help="a size").parse(LARGEST, 2) == LARGEST
    assert refusal(Int(help="a size"), LARGEST + 1) == "size must be at most 9007199254740992, got 9007199254740993"
    assert refusal(Int(help="a size", max=3), 4) == "size must be at most 3, got 4"


def test_values_are_described_as_people_know_them() -> None:
    """What was written is told in the words of the file."""
    values = [None, True, "x", 3, 2.5, [1, 2], {"a": 1}, 1j]
    assert [described(value) for value in values] == [
        "nothing",
        "true",
        "the text 'x'",
        "3",
        "2.5",
        "the list [1, 2]",
        "a mapping",
        "1j",
    ]
