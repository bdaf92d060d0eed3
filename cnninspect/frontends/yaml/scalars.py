"""What a plain word of YAML means, by the core schema of YAML 1.2.

``no``, ``on``, ``1:30``, ``1_000`` and ``2024-01-01`` are text here, as a person expects; YAML 1.1 reads
a truth value, a sexagesimal number, a number and a date. https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

LONGEST_NUMBER = 400
"""Characters of the longest number. Python converts any of these in microseconds and prints it back
under every limit that may be set on the digits of an int; a longer one stays text."""

NAMED: dict[str, bool | float | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
for _word in (".inf", ".Inf", ".INF"):
    NAMED[_word] = NAMED["+" + _word] = float("inf")
    NAMED["-" + _word] = float("-inf")
for _word in (".nan", ".NaN", ".NAN"):
    NAMED[_word] = float("nan")

FIRST = frozenset(("", *"0123456789.+-~nNtTfF"))
"""What anything but text begins with."""
BASES = {"0o": (8, "01234567"), "0x": (16, "0123456789abcdefABCDEF")}


def resolve(text: str) -> bool | int | float | str | None:
    """Give a plain scalar's value: ``64`` an int, ``1e-3`` a float, ``true`` a bool, ``~`` nothing, all else text."""
    if text[:1] not in FIRST or len(text) > LONGEST_NUMBER:
        return text
    if text in NAMED:
        return NAMED[text]
    if text.isdecimal() and text.isascii():
        return int(text)
    if not text.lstrip("+-").strip("0123456789"):
        return _number(text, int)
    base, digits = BASES.get(text[:2], (10, ""))
    if digits:
        return text if text[2:].strip(digits) or not text[2:] else int(text, base)
    # What float() takes of these characters alone is exactly the core schema's grammar.
    return text if text.strip("0123456789.eE+-") else _number(text, float)


def _number(text: str, convert: type[int | float]) -> int | float | str:
    try:
        return convert(text)
    except ValueError:
        return text
