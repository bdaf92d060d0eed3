"""The functions of expressions, the only things that an expression can call: ``round8($width * 1.5)``."""

from __future__ import annotations

from math import ceil, floor, trunc
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.evaluation import LIMIT, bounded, need_number, told
from cnninspect.options import as_int

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.frontends.yaml.evaluation import Part, Run

    Function = Callable[[Sequence[object], Sequence[Part], str], object]


def call(word: str, arguments: Sequence[Part]) -> Run:
    """A function on its arguments; the parser has counted them."""
    function = FUNCTIONS[word][2]
    runs = [argument.run for argument in arguments]
    return lambda env: function([run(env) for run in runs], arguments, word)


def rounding(method: Callable[[float], int]) -> Function:
    """A function from one number to a whole one."""

    def function(values: Sequence[object], arguments: Sequence[Part], word: str) -> object:
        return bounded(method(need_number(values[0], word, arguments[0])), arguments[0])

    return function


def half_up(value: float) -> int:
    """``round``: to the nearest whole number, halves upwards: 2.5 gives 3 and -2.5 gives -2."""
    below = floor(value)
    return below + (2 * (value - below) >= 1)


def round8(values: Sequence[object], arguments: Sequence[Part], word: str) -> object:
    """``round8``: the channel rule of MobileNet, a multiple of 8 or of the second argument.

    It is the nearest one, halves upwards, at least one, and the next where that loses more than a tenth.
    """
    value = need_number(values[0], word, arguments[0])
    multiple = as_int(need_number(values[1], word, arguments[1])) if len(values) > 1 else 8
    if multiple is None or multiple < 1:
        raise arguments[1].wrong(f"round8 rounds to a multiple of a whole number from 1 on, got {told(values[1])}")
    result = max(multiple, int(value + multiple / 2) // multiple * multiple)
    return bounded(result + multiple if result < 0.9 * value else result, arguments[0])


def extreme(pick: Callable[[Sequence[float]], float]) -> Function:
    """``min`` or ``max`` of two or more numbers, or of one list of numbers."""

    def function(values: Sequence[object], arguments: Sequence[Part], word: str) -> object:
        if len(values) > 1:
            return pick([need_number(value, word, part) for value, part in zip(values, arguments, strict=True)])
        numbers = values[0]
        if not isinstance(numbers, (list, tuple)) or not numbers:
            raise arguments[0].wrong(f"{word} takes two or more numbers, or one list of them, got {told(numbers)}")
        return pick([need_number(number, word, arguments[0]) for number in numbers])

    return function


def length(values: Sequence[object], arguments: Sequence[Part], word: str) -> object:
    """``len``: the elements of a list or the characters of a text."""
    value = values[0]
    if isinstance(value, (list, tuple, str)):
        return len(value)
    raise arguments[0].wrong(f"{word} counts the elements of a list or the characters of a text, got {told(value)}")


FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "min": (1, LIMIT, extreme(min)),
    "max": (1, LIMIT, extreme(max)),
    "ceil": (1, 1, rounding(ceil)),
    "floor": (1, 1, rounding(floor)),
    "round": (1, 1, rounding(half_up)),
    "int": (1, 1, rounding(trunc)),
    "len": (1, 1, length),
    "round8": (1, 2, round8),
}
"""Fewest and most arguments, and what the function does."""
