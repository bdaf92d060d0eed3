"""What expressions mean: every operator as a closure, built once and run for every layer.

The values are those of YAML (null, truth values, numbers, texts, lists, mappings) and
objects with a method ``field(name)``, which answer ``$prev.channels``. Nothing is looked
up by attribute and nothing is called but a few `functions`, so no text can reach
more than the values that its environment holds.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from cnninspect.options import as_int, described
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, Protocol

    class Environment(Protocol):
        """Where names get their values."""

        def lookup(self, name: str) -> object:
            """The value of a name; raises KeyError where there is none."""
            ...

        def names(self) -> Iterable[str]:
            """Every name that ``lookup`` knows, for the hint on a mistyped one."""
            ...

    Run = Callable[[Environment], object]
    Compute = Callable[[float, float], float]
    Test = Callable[[Any, Any], bool]

LIMIT = 2**63
"""Whole numbers stay below it, so that no expression grows a number without end."""
LONGEST_TEXT = 200
"""Characters in a text that an expression makes."""
NUMBERS = frozenset((int, float))


class Unknown(Exception):
    """A value depends on a layer that is already broken; evaluation lets it pass untouched."""


class ExpressionError(Problem):
    """What is wrong with an expression, and from which character to which."""

    def __init__(  # noqa: PLR0913 - the fields of one record
        self,
        code: str,
        message: str,
        start: int,
        end: int,
        *,
        help: str = "",
        notes: Iterable[str] = (),
    ) -> None:
        super().__init__(code, message, help=help, notes=notes)
        self.start = start
        self.end = end


class Place:
    """Where a stretch of an expression stands."""

    __slots__ = ("end", "start")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end

    def wrong(self, message: str, *, help: str = "", code: str = "expression-value") -> ExpressionError:
        """The error that points here."""
        return ExpressionError(code, message, self.start, self.end, help=help)


class Part(Place):
    """A stretch that has a value, and what computes it."""

    __slots__ = ("run",)

    def __init__(self, run: Run, start: int, end: int) -> None:
        self.run = run
        self.start = start
        self.end = end


class Step(Place):
    """An operator between everything on its left and its right operand, as in ``a - b + c``."""

    __slots__ = ("left", "right", "symbol")

    def __init__(self, symbol: str, start: int, end: int, left: Place, right: Part) -> None:
        self.symbol = symbol
        self.start = start
        self.end = end
        self.left = left
        self.right = right


def is_number(value: object) -> bool:
    """Whether arithmetic takes it: truth values are no numbers here."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def need_number(value: object, user: str, place: Place) -> float:
    """The value as a finite number, for the operator or function called ``user``."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        hint = "a truth value is no number: write 1 if … else 0" if isinstance(value, bool) else ""
        raise place.wrong(f"{user} needs a number, got {told(value)}", help=hint)
    return bounded(value, place)


def bounded(value: float, place: Place) -> float:
    """The number unless it is too large: a whole one reaches 2**63, another is infinite."""
    if -LIMIT < value < LIMIT or (isinstance(value, float) and isfinite(value)):
        return value
    raise place.wrong("the number is too large: whole numbers stay below 2**63, others finite")


def told(value: object) -> str:
    """A value in words, also one that no file can hold."""
    return "a group of values" if hasattr(value, "field") else described(value)


def short_enough(result: str, place: Place) -> str:
    """A text unless it is too long."""
    if len(result) <= LONGEST_TEXT:
        return result
    raise place.wrong(f"the text has {len(result)} characters, at most {LONGEST_TEXT} are allowed")


def divide(dividend: float, divisor: float) -> float:
    """``/``: a whole number where two whole numbers divide exactly, else a decimal one."""
    if type(dividend) is int and type(divisor) is int and not dividend % divisor:
        return dividend // divisor
    return dividend / divisor


def arithmetic(first: Part, steps: Sequence[tuple[Step, Compute]]) -> Run:
    """A chain of operators of one precedence, from left to right."""
    start = first.run
    rest = [(step.right.run, compute, step) for step, compute in steps]

    def run(env: Environment) -> object:
        total = start(env)
        for right, compute, step in rest:
            total = calculate(total, right(env), compute, step)
        return total

    return run


def calculate(left: object, right: object, compute: Compute, step: Step) -> object:
    """One operator on two values."""
    if left.__class__ not in NUMBERS or right.__class__ not in NUMBERS:
        if step.symbol == "+" and (isinstance(left, str) or isinstance(right, str)):
            return joined(left, right, step)
        need_number(left, f"'{step.symbol}'", step.left)
        need_number(right, f"'{step.symbol}'", step.right)
    try:
        result = compute(left, right)  # type: ignore[arg-type] # both are numbers, which mypy cannot see
    except ZeroDivisionError:
        raise step.right.wrong(f"{told(left)} {step.symbol} {told(right)} is a division by zero") from None
    except OverflowError:
        result = float("inf")
    return result if -LIMIT < result < LIMIT else bounded(result, step)


def joined(left: object, right: object, step: Step) -> str:
    """Two texts as one."""
    if isinstance(left, str) and isinstance(right, str):
        return short_enough(left + right, step)
    raise step.wrong(f"'+' takes two numbers or two texts, got {told(left)} and {told(right)}")


def negated(part: Part, sign: int) -> Run:
    """A sign before a number."""
    inner, user = part.run, "'-'" if sign < 0 else "'+'"
    return lambda env: sign * need_number(inner(env), user, part)


def same(left: object, right: object) -> bool:
    """``==``: values of different kinds differ, and so do 1 and true; 1 and 1.0 are the same number."""
    if left is right:
        return True
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return isinstance(left, bool) is isinstance(right, bool) and left == right


def different(left: object, right: object) -> bool:
    """``!=``."""
    return not same(left, right)


def comparison(first: Part, steps: Sequence[tuple[Step, Test]]) -> Run:
    """A chain of comparisons: ``a < b < c`` holds where each neighbouring pair does."""
    start = first.run
    rest = [(step.right.run, test, None if step.symbol in ("==", "!=") else step) for step, test in steps]

    def run(env: Environment) -> object:
        left = start(env)
        for run_right, test, ordering in rest:
            right = run_right(env)
            if ordering is not None:
                check_order(left, right, ordering)
            if not test(left, right):
                return False
            left = right
        return True

    return run


def check_order(left: object, right: object, step: Step) -> None:
    """Only two numbers or two texts have an order."""
    if is_number(left) and is_number(right):
        return
    if not isinstance(left, str) or not isinstance(right, str):
        raise step.wrong(f"'{step.symbol}' orders two numbers or two texts, got {told(left)} and {told(right)}")


def either(runs: Sequence[Run]) -> Run:
    """``or``: the first value that counts as true, else the last one."""
    *firsts, last = runs

    def run(env: Environment) -> object:
        for alternative in firsts:
            value = alternative(env)
            if value:
                return value
        return last(env)

    return run


def both(runs: Sequence[Run]) -> Run:
    """``and``: the first value that counts as false, else the last one."""
    *firsts, last = runs

    def run(env: Environment) -> object:
        for condition in firsts:
            value = condition(env)
            if not value:
                return value
        return last(env)

    return run


def choice(cases: Sequence[tuple[Run, Run]], otherwise: Run) -> Run:
    """``a if c else b``, also in a row; only the chosen value is computed."""

    def run(env: Environment) -> object:
        for value, condition in cases:
            if condition(env):
                return value(env)
        return otherwise(env)

    return run


def text(pieces: Sequence[str | Part], place: Place) -> Run:
    """Literal pieces and values, written one after the other."""

    def run(env: Environment) -> object:
        written = [piece if isinstance(piece, str) else spelled(piece.run(env), piece) for piece in pieces]
        return short_enough("".join(written), place)

    return run


def spelled(value: object, part: Part) -> str:
    """A value as it stands in a text: whole numbers without a point, truth as YAML writes it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        bounded(value, part)  # type: ignore[arg-type] # is_number says so
        whole = as_int(value)
        return str(value if whole is None else whole)
    hint = "write ${list.0}" if isinstance(value, (list, tuple)) else ""
    raise part.wrong(f"{told(value)} cannot stand in a text", help=hint)
