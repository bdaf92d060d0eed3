"""Numbers as people read them."""

from __future__ import annotations

import pytest

from cnninspect.reports.numbers import binary, fixed, formatter, percent, short, whole


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "?"),
        (0, "0"),
        (999, "999"),
        (1000, "1.00K"),
        (1234, "1.23K"),
        (1235, "1.24K"),
        (12_345, "12.3K"),
        (999_499, "999K"),
        (999_500, "1.00M"),
        (138_357_544, "138M"),
        (15_470_264_320, "15.5G"),
        (10**27 - 1, "1.00e27"),
        (123_456 * 10**30, "1.23e35"),
    ],
)
def test_short(number: int | None, text: str) -> None:
    """Three significant digits, rounded half up, and the letter of the power of 1000."""
    assert short(number) == text


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (None, "M", "?"),
        (0, "G", "0"),
        (1, "k", "0.00100K"),
        (1792, "M", "0.00179M"),
        (138_357_544, "M", "138M"),
        (15_470_264_320, "M", "15,470M"),
        (15_470_264_320, "k", "15,470,264K"),
        (15_470_264_320, "G", "15.5G"),
    ],
)
def test_fixed(number: int | None, unit: str, text: str) -> None:
    """One unit for all numbers, three significant digits at least: nothing that is there becomes zero."""
    assert fixed(number, unit) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [(None, "?"), (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1024, "1.00 KiB"), (553_430_176, "528 MiB"),
     (10 * 2**20, "10.0 MiB"), (2**20 - 1, "1.00 MiB"), (5 * 1024**9, "5,120 YiB")],
)  # fmt: skip
def test_binary(number: int | None, text: str) -> None:
    """Bytes in powers of 1024 with three significant digits."""
    assert binary(number) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(None, "?"), (0.0, "0%"), (0.0001, "<0.1%"), (0.001, "0.1%"), (0.7434, "74.3%"), (1.0, "100.0%")],
)
def test_percent(share: float | None, text: str) -> None:
    """A part of the whole, never rounded to nothing."""
    assert percent(share) == text


def test_raw_is_every_digit() -> None:
    """Without other units every digit is printed, however many there are."""
    assert whole(10**30) == "1,000,000,000,000,000,000,000,000,000,000"
    assert whole(None) == "?"
    assert [formatter(units)(1_234_567) for units in ("raw", "auto", "k", "M", "G")] == [
        "1,234,567", "1.23M", "1,235K", "1.23M", "0.00123G",
    ]  # fmt: skip
