"""Numbers as people read them: every digit, or three of them and a letter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

UNITS = ("auto", "raw", "k", "M", "G")
LETTERS = ("", "K", "M", "G", "T", "P", "E", "Z", "Y")
BINARY = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
POWERS = {"k": 1, "M": 2, "G": 3}
UNKNOWN = "?"


def formatter(units: str) -> Callable[[int | None], str]:
    """The function that writes whole numbers in these units."""
    if units in POWERS:
        return lambda number: fixed(number, units)
    return short if units == "auto" else whole


def whole(number: int | None) -> str:
    """Every digit: ``138,357,544``."""
    return UNKNOWN if number is None else f"{number:,}"


def short(number: int | None) -> str:
    """Three significant digits and a letter for the power of 1000: ``138M``; exact below 1000."""
    if number is None:
        return UNKNOWN
    if number < 1000:  # noqa: PLR2004 - as many digits as are shown
        return str(number)
    spare = 10 ** (len(str(number)) - 3)
    rounded = (number + spare // 2) // spare * spare
    power, before = divmod(len(str(rounded)) - 1, 3)
    if power >= len(LETTERS):
        return f"{_point(rounded, len(str(rounded)) - 1, 2)}e{len(str(rounded)) - 1}"
    return _point(rounded, 3 * power, 2 - before) + LETTERS[power]


def fixed(number: int | None, unit: str) -> str:
    """The number in one unit, three significant digits at least: ``15,470M``, ``0.00179M``."""
    if number is None:
        return UNKNOWN
    if not number:
        return "0"
    power = 3 * POWERS[unit]
    decimals = max(0, power + 3 - len(str(number)))
    spare = 10 ** max(power - decimals, 0)
    return _point((number + spare // 2) // spare * spare, power, decimals) + unit.upper()


def binary(number: int | None) -> str:
    """Bytes in powers of 1024, three significant digits: ``528 MiB``."""
    if number is None:
        return UNKNOWN
    power = 0
    while number >= 1000 * 1024**power and power < len(BINARY) - 1:
        power += 1
    if not power:
        return "1 byte" if number == 1 else f"{number} bytes"
    hundredths = (number * 200 // 1024**power + 1) // 2
    decimals = 2 if hundredths < 1000 else 1 if hundredths < 10_000 else 0  # noqa: PLR2004 - 10 and 100 units
    spare = 10 ** (2 - decimals)
    return f"{_point((hundredths + spare // 2) // spare * spare, 2, decimals)} {BINARY[power]}"


def percent(share: float | None) -> str:
    """A part of a whole: ``74.3%``, ``0%`` for nothing and ``<0.1%`` for next to nothing."""
    if share is None:
        return UNKNOWN
    if not share:
        return "0%"
    return "<0.1%" if share < 0.001 else f"{share * 100:.1f}%"  # noqa: PLR2004 - what one decimal shows


def _point(number: int, power: int, decimals: int) -> str:
    """``number`` divided by ``10**power``, cut after some decimals."""
    before, after = divmod(number, 10**power)
    return f"{before:,}" + (f".{after * 10**decimals // 10**power:0{decimals}d}" if decimals else "")
