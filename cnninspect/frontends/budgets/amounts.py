"""Amounts as people write them, exactly: ``5M``, ``1.5MiB``, ``11_689_512``, ``5ms``; no number goes through a float."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.budgets.metrics import BYTES, COUNT, PIXELS, TIME
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

Amount = tuple[int, int]
"""A fraction: numerator and denominator."""

COUNTS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
SIZES = {
    "": 1,
    "B": 1,
    "bytes": 1,
    **{f"{letter}B": 1000**power for power, letter in enumerate("kMGT", 1)},
    "KB": 1000,
    **{f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)},
}
TIMES = {"s": 10**12, "ms": 10**9, "us": 10**6, "\u00b5s": 10**6, "\u03bcs": 10**6, "ns": 10**3}
UNITS: dict[str, Mapping[str, int]] = {COUNT: COUNTS, BYTES: SIZES, PIXELS: {"": 1}, TIME: TIMES}
"""What one of each unit is, by what is measured."""
WORDS = {
    COUNT: "a number such as 5000000, 5M or 1.5G",
    BYTES: "bytes such as 20MB (10^6 each) or 32MiB (2^20 each)",
    PIXELS: "a number of pixels",
    TIME: "a time such as 5ms",
}
LARGE = {"b": "G", "bn": "G", "billion": "G", "mio": "M", "mn": "M", "million": "M", "thousand": "K", "trillion": "T"}
"""Words and letters for large numbers, as they are written here."""
LONGEST = 40
"""Characters of the longest number; its exponent is at most 30."""
MOST_EXPONENT = 30
DIGITS = frozenset("0123456789")


def parse_amount(text: str, unit: str) -> Amount:
    """An amount in the smallest unit of its kind; raises the Problem that it is none."""
    word = text.strip()
    end = _number_end(word)
    number, written = word[:end], word[end:].strip()
    if not number:
        raise _bad(f"'{clip(word, 40)}' is no number" if word else "a number is missing", f"write {WORDS[unit]}")
    above, below = _exact(number, written)
    scale = UNITS[unit].get(written)
    if scale is None:
        what = f"has the unit '{clip(written, 20)}'" if written else "has no unit"
        raise _bad(f"'{clip(word, 40)}' {what}", _unit_help(number, written, unit))
    return above * scale, below


def _bad(message: str, help_: str) -> Problem:
    return Problem("bad-budget", message, help=help_)


def _number_end(word: str) -> int:
    """Where the number ends and its unit begins: an exponent is an e with digits behind it."""
    end = 0
    while end < len(word) and word[end] in "0123456789.,_":
        end += 1
    if end and word[end : end + 1] in ("e", "E"):
        after = end + 1 + (word[end + 1 : end + 2] in ("+", "-"))
        stop = after
        while word[stop : stop + 1] in DIGITS:
            stop += 1
        end = stop if stop > after else end
    return end


def _exact(number: str, written: str) -> Amount:
    """The number as a fraction; ``written`` is the unit behind it, for the hint."""
    before, _, exponent = number.replace("E", "e").partition("e")
    whole, point, parts = before.partition(".")
    power = int(exponent) if exponent and len(exponent) <= LONGEST else 0
    if len(number) > LONGEST or abs(power) > MOST_EXPONENT:
        raise _bad(f"'{clip(number, 40)}' is too large a number", "a limit has at most 40 digits")
    digits = _grouped(whole)
    if digits is None or not all(sign in DIGITS for sign in parts) or not digits + parts:
        point_help = f"a decimal point is a point: {before.replace(',', '.')}{written}"
        meant = point_help if before.count(",") == 1 and not point else "groups have three digits: 11_689_512"
        raise _bad(f"'{clip(number, 40)}' is no number", meant)
    power -= len(parts)
    value = int(digits + parts)
    return (value * 10**power, 1) if power >= 0 else (value, 10**-power)


def _grouped(whole: str) -> str | None:
    """The digits before the point, without the signs between groups of three; None for anything else."""
    groups = whole.replace("_", ",").split(",")
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):  # noqa: PLR2004
        return None
    return "".join(groups)


def _unit_help(number: str, written: str, unit: str) -> str:
    """What was meant by a unit that this figure does not have."""
    lower = written.lower()
    if unit == BYTES and lower.rstrip("b") in tuple("kmgt"):
        letter = lower[0].upper()
        return f"write {number}{letter}B for powers of 1000, {number}{letter}iB for powers of 1024"
    if unit == COUNT:
        letter = LARGE.get(lower) or (lower.upper() if lower.upper() in COUNTS else "")
        if letter:
            return f"write {number}{letter}: K is 10^3, M 10^6, G 10^9, T 10^12"
        if lower in [size.lower() for size in SIZES]:
            return "this figure is a count, not bytes: write K, M, G or T"
    near = next((known for known in UNITS[unit] if known and known.lower() == lower), "")
    return f"write {number}{near}" if near else f"write {WORDS[unit]}"
