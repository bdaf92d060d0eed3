"""What a plain word of YAML means, by the core schema of YAML 1.2.

``no``, ``on``, ``1:30``, ``1_000`` and ``2024-01-01`` are text here, as a person expects; YAML 1.1 reads
a truth value, a sexagesimal number, a number and a date. https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

LONGEST_NUMBER = 400
"""Characters of the longest number. Python converts any of these in microseconds and prints it back
under every limit that may be set on the digits of an int; a longer one stays text."""

NAMED: dict[str, None | bool | float] = {
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

DECIMAL = "0123456789"
HEXADECIMAL = "0123456789abcdefABCDEF"


def resolve(text: str) -> None | bool | int | float | str:
    """The value of a plain scalar: ``64`` is an int, ``1e-3`` a float, ``true`` a bool, ``~`` nothing, the rest text."""
    if text in NAMED:
        return NAMED[text]
    if text[0] not in "0123456789.+-" or len(text) > LONGEST_NUMBER:
        return text
    if not text.lstrip("+-").strip(DECIMAL):
        return _number(text, int)
    if text[:2] == "0o":
        return int(text[2:], 8) if not text[2:].strip("01234567") and len(text) > 2 else text  # noqa: PLR2004 - the prefix
    if text[:2] == "0x":
        return int(text[2:], 16) if not text[2:].strip(HEXADECIMAL) and len(text) > 2 else text  # noqa: PLR2004
    # What float() takes of these characters alone is exactly the core schema's grammar.
    return text if text.strip("0123456789.eE+-") else _number(text, float)


def _number(text: str, convert: type[int] | type[float]) -> int | float | str:
    try:
        return convert(text)
    except ValueError:
        return text
