"""Verdicts in words: figures in the unit that they are thought in, exact as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.checks.budgets import Verdict
    from cnninspect.ir import Graph

KIB = 1024
BINARY = ("KiB", "MiB", "GiB", "TiB")
TIMES = (("s", 10**12), ("ms", 10**9), ("us", 10**6), ("ns", 10**3))


def shown(value: int, unit: str) -> str:
    """A figure: every digit, of bytes also powers of 1024, a time in its own unit with three decimals."""
    text = short(value, unit)
    return text if unit != "bytes" or abs(value) < KIB else f"{value:,} ({text})"


def short(value: int, unit: str) -> str:
    """A figure in the unit that it is thought in."""
    if unit == "time":
        name, scale = next((pair for pair in TIMES if abs(value) >= pair[1]), TIMES[-1])
        return f"{_point(value, scale, 3)} {name}"
    if unit != "bytes":
        return f"{value:,}"
    if abs(value) < KIB:
        return f"{value:,} byte{'' if abs(value) == 1 else 's'}"
    power = min((abs(value).bit_length() - 1) // 10, len(BINARY))
    return f"{_point(value, KIB**power, 2)} {BINARY[power - 1]}"


def _point(value: int, scale: int, decimals: int) -> str:
    """A quotient, rounded to some decimals without a float."""
    whole = (abs(value) * 10**decimals * 2 + scale) // (2 * scale)
    before, after = divmod(whole, 10**decimals)
    return f"{'-' if value < 0 else ''}{before:,}.{after:0{decimals}d}"


def percent(part: int, whole: int) -> str:
    """A part of a whole in brackets, with one decimal; empty where there is nothing to be a part of."""
    return f" ({_point(part * 100, whole, 1)}%)" if whole > 0 else ""


def message(graph: Graph, verdict: Verdict, *, above: bool) -> str:
    """What the figure is and by how much it breaks the limit."""
    assert verdict.value is not None
    assert verdict.margin is not None
    over = -verdict.margin
    limit = verdict.value - over if above else verdict.value + over
    share = percent(over, limit)
    side = "above" if above else "below"
    return (
        f"'{clip(graph.name, 60)}' breaks '{clip(verdict.title)}': {shown(verdict.value, verdict.unit)} is "
        f"{short(over, verdict.unit)}{share} {side} it"
    )
