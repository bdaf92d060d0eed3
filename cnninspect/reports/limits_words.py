"""Sets of sizes and formulas in words, in plain ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from cnninspect.analysis.patterns import Pattern, Ranges
    from cnninspect.passes.growth import Formula

MOST_LISTED = 6
MOST_EXCEPTED = 3
EVERY = "every size"


def sizes(pattern: Pattern) -> str:
    """A set of sizes: ``every size from 32``, ``multiples of 16 from 16``, ``only 224``."""
    if pattern.least is None:
        return "no size"
    if pattern.start is None or pattern.period is None:
        if pattern.before == pattern.tried:
            return "every size that was tried"
        first, last = pattern.before[0]
        if len(pattern.before) == 1:
            return f"only {first}" if first == last else f"{first} to {last}"
        return stretches(pattern.before)
    if pattern.everything:
        return EVERY
    rule = periodic(pattern.period, pattern.residues, pattern.start)
    return f"{stretches(pattern.before)}, then {rule}" if pattern.before else rule


def periodic(period: int, residues: Sequence[int], start: int) -> str:
    """A set that repeats: ``32k + 1 from 33``."""
    if period == 1:
        return f"every size from {start}"
    if residues == (0,):
        return f"multiples of {period} from {start}"
    missing = [rest for rest in range(period) if rest not in residues]
    if len(missing) <= MOST_EXCEPTED and len(missing) < len(residues):
        return f"every size from {start} but {listed(period, missing)}"
    if len(runs(residues)) > MOST_LISTED:
        return f"{len(residues)} of every {period} sizes from {start}"
    return f"{listed(period, residues)} from {start}"


def listed(period: int, residues: Sequence[int]) -> str:
    """Remainders of a period: ``32k + 1 to 4``, ``multiples of 2``."""
    if list(residues) == [0]:
        return f"multiples of {period}"
    return f"{period}k + {either([_stretch(first, last) for first, last in runs(residues)])}"


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers in rising order as stretches without a gap."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def stretches(ranges: Ranges, what: str = "sizes") -> str:
    """Stretches of sizes or what they are, the first few of them."""
    shown = ", ".join([_stretch(first, last) for first, last in ranges[:MOST_LISTED]])
    if len(ranges) <= MOST_LISTED:
        return shown
    return f"{shown} ... {sum([last - first + 1 for first, last in ranges])} {what} in all"


def tried(ranges: Ranges) -> str:
    """What was tried."""
    return " and ".join([_stretch(first, last) for first, last in ranges])


def either(words: Sequence[str]) -> str:
    """Alternatives: ``0, 1 or 2``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _stretch(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def polynomial(coefficients: Sequence[Fraction]) -> str:
    """A polynomial in k, the highest power first: ``83,410,944 k^2 + 2,048,000``."""
    text = ""
    for power in range(len(coefficients) - 1, -1, -1):
        coefficient = coefficients[power]
        if not coefficient and len(coefficients) > 1:
            continue
        size = abs(coefficient)
        number = f"{size.numerator:,}" + (f"/{size.denominator:,}" if size.denominator != 1 else "")
        sign = ("-" if coefficient < 0 else "") if not text else (" - " if coefficient < 0 else " + ")
        text += sign + number + ("" if not power else " k" if power == 1 else f" k^{power}")
    return text


def of_k(formula: Formula) -> str:
    """The sizes that a formula is about: ``32k``, ``16k + 12``."""
    return f"{formula.period if formula.period > 1 else ''}k" + (f" + {formula.remainder}" if formula.remainder else "")


def validity(formula: Formula) -> str:
    """Over which k it holds, and how well."""
    if formula.error is None:
        return f"exact, k = {formula.first} to {formula.last}"
    error = -(-10_000 * formula.error.numerator // formula.error.denominator)
    return f"within {error // 100}.{error % 100:02d}%, k = {formula.first} to {formula.last}"
