"""Plain words mean what YAML 1.2's core schema says."""

from __future__ import annotations

import math

import pytest

from cnninspect.frontends.yaml.scalars import LONGEST_NUMBER, resolve

INF = math.inf


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((text, None) for text in ("", "~", "null", "Null", "NULL")),
        *((text, True) for text in ("true", "True", "TRUE")),
        *((text, False) for text in ("false", "False", "FALSE")),
        *((text, 64) for text in ("64", "+64", "064", "0o100", "0x40")),
        ("0", 0),
        ("-0", 0),
        ("-12", -12),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("0xdeadBEEF", 3735928559),
        ("9007199254740993", 9007199254740993),
        ("1e-3", 0.001),
        ("1E5", 100000.0),
        ("1e5", 100000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("+1.5e+2", 150.0),
        ("00.5", 0.5),
        (".inf", INF),
        ("+.Inf", INF),
        ("-.INF", -INF),
        ("1e999", INF),
    ],
)
def test_value(text: str, value: object) -> None:
    """Each spelling of the core schema gives its value, of its very type."""
    assert (resolve(text), type(resolve(text))) == (value, type(value))


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    """The three spellings of not-a-number are floats."""
    value = resolve(text)
    assert isinstance(value, float)
    assert math.isnan(value)


@pytest.mark.parametrize(
    "text",
    [
        *("no", "No", "NO", "yes", "on", "off", "y", "n", "nUll", "tRUE", "nan", "inf", "infinity", "NaN"),
        *(
            "1:30",
            "190:20:30",
            "1_000",
            "0b101",
            "2024-01-01",
            "1.2.3",
            "1,5",
            "1 2",
            "12px",
            "1e",
            "1e+",
            "e5",
            "1e5.0",
        ),
        *(
            ".",
            "-",
            "+",
            "+-1",
            "--1",
            "-.",
            "..5",
            ".e5",
            "1-2",
            "1+2",
            ".inF",
            "0o",
            "0o8",
            "0x",
            "0xG",
            "-0x10",
            "0o-7",
            "0x_1",
        ),
        *("$x", "conv", "٣", "१२", "²", "½", "<<", "-inf", "1__0", "0X1F", "0O17"),
    ],
)
def test_text(text: str) -> None:
    """What YAML 1.1, Python or a spreadsheet would take for something else stays text."""
    assert resolve(text) == text


@pytest.mark.parametrize("digit", ["1", "-1", "1.", "0x1", "0o1", "1e1", "+"])
def test_long_numbers_are_text(digit: str) -> None:
    """A number of ten million digits is text, without an exception."""
    long = digit + "1" * 10_000_000
    assert resolve(long) == long


def test_longest_number() -> None:
    """The longest number is an int whose value is exact; with one digit more it is text."""
    digits = "9" * LONGEST_NUMBER
    assert resolve(digits) == 10**LONGEST_NUMBER - 1
    assert resolve(digits + "9") == digits + "9"
