"""The advice where channels do not split into equal groups: which numbers would do."""

from __future__ import annotations

from math import gcd
from typing import TYPE_CHECKING

from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

FACTORED = 10**6
"""Up to here the divisors of a number of channels are worth listing."""


def divisors(number: int) -> list[int]:
    """Every divisor of a number, ascending."""
    low = [n for n in range(1, int(number**0.5) + 1) if number % n == 0]
    return low + [number // n for n in reversed(low) if n * n != number]


def choose_divisor(number: int, wanted: int, called: str = "") -> str:
    """The advice which divisors to use, those near the wanted one where there are many."""
    called = called or str(number)
    if number > FACTORED:
        return f"use a divisor of {called}"
    every = divisors(number)
    near = sorted(every, key=lambda n: abs(n - wanted))[:6] if len(every) > 12 else every  # noqa: PLR2004
    words = [str(n) for n in sorted(near)]
    listed = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    return f"use a divisor of {called}{':' if near is every else ', such as'} {listed}"


def indivisible(inputs: int, outputs: int, groups: int) -> Iterator[Problem]:
    """A problem for each side whose channels do not split into the groups."""
    both = gcd(inputs, outputs)
    for side, channels in (("input", inputs), ("output", outputs)):
        if channels % groups:
            yield Problem(
                "groups-do-not-divide",
                f"{channels} {side} channel{'s do' if channels > 1 else ' does'} not split into {groups} equal groups",
                help=choose_divisor(both, groups, "" if both == channels else f"both {inputs} and {outputs}"),
                option="groups",
            )
