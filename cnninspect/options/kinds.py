"""The kinds of options: numbers, truth, words and lists, and sizes, padding and an axis of an input's axes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.options.base import LARGEST, REQUIRED, Option, as_int, in_range

if TYPE_CHECKING:
    from collections.abc import Sequence
AXES = ("channels", "depth", "height", "width")


class Int(Option[int]):
    """A whole number."""

    kind = "a whole number"

    def __init__(
        self,
        default: object = REQUIRED,
        *,
        min: int | None = None,
        max: int = LARGEST,
        help: str,
    ) -> None:
        super().__init__(default, help=help)
        self.min = min
        self.max = max

    def parse(self, value: object, rank: int) -> int:  # noqa: ARG002 - for options of axes
        number = as_int(value)
        if number is None:
            raise self.wrong(value)
        return self.bounded(number, value)

    def bounded(self, number: int, value: object) -> int:
        if self.min is not None and number < self.min:
            raise self.wrong(value, f"at least {self.min}")
        if number > self.max:
            raise self.wrong(value, f"at most {self.max}")
        return number

    def schema(self) -> dict[str, object]:
        schema: dict[str, object] = {"type": "integer"}
        if self.min is not None:
            schema["minimum"] = self.min
        if self.max < LARGEST:
            schema["maximum"] = self.max
        return schema


class Float(Option[float]):
    """A number."""

    kind = "a number"

    def __init__(
        self,
        default: object = REQUIRED,
        *,
        min: float | None = None,
        max: float | None = None,
        help: str,
    ) -> None:
        super().__init__(default, help=help)
        self.min = min
        self.max = max

    def parse(self, value: object, rank: int) -> float:  # noqa: ARG002
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(value)
        if self.min is not None and float("inf") > -value > -self.min:
            raise self.wrong(value, f"at least {self.min:g}")
        if self.max is not None and float("inf") > value > self.max:
            raise self.wrong(value, f"at most {self.max:g}")
        if not abs(value) <= LARGEST:
            raise self.wrong(value, in_range(value))
        return float(value)

    def schema(self) -> dict[str, object]:
        schema: dict[str, object] = {"type": "number"}
        if self.min is not None:
            schema["minimum"] = self.min
        if self.max is not None:
            schema["maximum"] = self.max
        return schema


class Bool(Option[bool]):
    """Yes or no, written ``true`` or ``false``."""

    kind = "true or false"

    def parse(self, value: object, rank: int) -> bool:  # noqa: ARG002
        if isinstance(value, bool):
            return value
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}
        hint = meant.get(str(value).lower(), "")
        raise self.wrong(value, help=f"in YAML 1.2 only true and false are truth values: write {hint}" if hint else "")

    def schema(self) -> dict[str, object]:
        return {"type": "boolean"}


class Choice(Option[str]):
    """One of a few words."""

    def __init__(self, default: object = REQUIRED, *, choices: Sequence[str], help: str) -> None:
        super().__init__(default, help=help)
        self.choices = tuple(choices)

    @property
    def kind(self) -> str:  # type: ignore[override]
        return ", ".join(self.choices[:-1]) + f" or {self.choices[-1]}"

    def parse(self, value: object, rank: int) -> str:  # noqa: ARG002
        if isinstance(value, str) and value in self.choices:
            return value
        raise self.wrong(value)

    def schema(self) -> dict[str, object]:
        return {"enum": list(self.choices)}


class Ints(Option[tuple[int, ...]]):
    """A list of whole numbers; a single one stands for a list of one."""

    kind = "a list of whole numbers"

    def __init__(self, default: object = REQUIRED, *, min: int | None = None, help: str) -> None:
        super().__init__(default, help=help)
        self.min = min

    def parse(self, value: object, rank: int) -> tuple[int, ...]:  # noqa: ARG002
        items = value if isinstance(value, (list, tuple)) else [value]
        numbers = tuple(number for item in items if (number := as_int(item)) is not None)
        if len(numbers) != len(items) or not numbers:
            raise self.wrong(value)
        for number in numbers:
            if number > LARGEST:
                raise self.wrong(value, f"a list of whole numbers of at most {LARGEST}")
            least = -LARGEST if self.min is None else self.min
            if number < least:
                raise self.wrong(value, f"a list of whole numbers of at least {least}")
        return numbers

    def schema(self) -> dict[str, object]:
        item: dict[str, object] = {"type": "integer"}
        if self.min is not None:
            item["minimum"] = self.min
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


class PerAxis(Option[tuple[int, ...]]):
    """One whole number for all spatial axes, or a list with one for each."""

    kind = "a whole number, or a list with one for each axis"

    def __init__(
        self,
        default: object = REQUIRED,
        *,
        min: int = 0,
        help: str,
    ) -> None:
        super().__init__(default, help=help)
        self.min = min

    def parse(self, value: object, rank: int) -> tuple[int, ...]:
        if isinstance(value, (list, tuple)):
            if rank >= 0 and len(value) != rank:
                one = "one number" if rank == 1 else f"{rank} numbers"
                raise self.wrong(
                    value,
                    f"one number, or a list of {one} (the input has {rank} spatial {'axis' if rank == 1 else 'axes'})",
                )
            return tuple(self._one(item, value) for item in value)
        return (self._one(value, value),) * abs(rank)

    def _one(self, item: object, value: object) -> int:
        number = as_int(item)
        if number is None:
            raise self.wrong(value)
        if number < self.min:
            raise self.wrong(value, f"at least {self.min}")
        if number > LARGEST:
            raise self.wrong(value, f"at most {LARGEST}")
        return number

    def schema(self) -> dict[str, object]:
        item: dict[str, object] = {"type": "integer", "minimum": self.min}
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": 3}]}


class Padding(Option["str | tuple[tuple[int, int], ...]"]):
    """A whole number, one a axis, a pair ``[before, after]`` a axis, or the name of a rule."""

    def __init__(self, default: object = 0, *, words: Sequence[str], help: str) -> None:
        super().__init__(default, help=help)
        self.words = tuple(words)

    @property
    def kind(self) -> str:  # type: ignore[override]
        rules = f", or one of {', '.join(self.words)}" if self.words else ""
        return f"a whole number, a list with one for each axis, a list of [before, after] pairs{rules}"

    def parse(self, value: object, rank: int) -> str | tuple[tuple[int, int], ...]:
        if isinstance(value, str) and value in self.words:
            return value
        if not isinstance(value, (list, tuple)):
            return ((self._one(value, value),) * 2,) * abs(rank)
        if rank >= 0 and len(value) != rank:
            axes = f"{rank} spatial {'axis' if rank == 1 else 'axes'}"
            raise self.wrong(value, f"one number or a list of {rank} (the input has {axes})", help=_pairs(value, rank))
        return tuple(self._side(item, value) for item in value)

    def _side(self, item: object, value: object) -> tuple[int, int]:
        if isinstance(item, (list, tuple)):
            if len(item) != 2:  # noqa: PLR2004 - before and after
                raise self.wrong(value, "a list of [before, after] pairs")
            return self._one(item[0], value), self._one(item[1], value)
        return (self._one(item, value),) * 2

    def _one(self, item: object, value: object) -> int:
        number = as_int(item)
        if number is None:
            raise self.wrong(value)
        if not 0 <= number <= LARGEST:
            raise self.wrong(value, "at least 0" if number < 0 else f"at most {LARGEST}")
        return number

    def schema(self) -> dict[str, object]:
        item: dict[str, object] = {"type": "integer", "minimum": 0}
        pair = {"type": "array", "items": item, "minItems": 2, "maxItems": 2}
        sides = {"type": "array", "items": {"anyOf": [item, pair]}, "minItems": 1, "maxItems": 3}
        return {"anyOf": [item, sides, *([{"enum": list(self.words)}] if self.words else [])]}


def _pairs(value: Sequence[object], rank: int) -> str:
    """How to write numbers of which there are two for each axis; empty where there are not."""
    if len(value) != 2 * rank or any(as_int(item) is None for item in value):
        return ""
    return f"one [before, after] pair for each axis: [{', '.join([f'[{value[0]}, {value[1]}]' if rank == 1 else '[…, …]'] * rank)}]"


class Axis(Option[int]):
    """An axis by name, or by torch's number (0 is the batch, 1 the channels, -1 the last).

    The value is the index in a shape without batch: 0 is the channels.
    """

    kind = "channels, depth, height, width, or a number counted as torch does (1 = channels, -1 = last)"

    def parse(self, value: object, rank: int) -> int:
        if value == "channels":
            return 0
        number = AXES.index(value) - len(AXES) if isinstance(value, str) and value in AXES else as_int(value)
        if number is None:
            raise self.wrong(value)
        index = number - 1 if number >= 0 else rank + 1 + number
        if rank < 0:
            return 0
        if not isinstance(value, str) and number in (0, -(rank + 2)):
            raise self.wrong(value, "an axis other than 0, which is the batch")
        if not 0 <= index <= rank or (isinstance(value, str) and index == 0):
            raise self.wrong(value, f"one of the input's {rank + 1} axes")
        return index

    def schema(self) -> dict[str, object]:
        return {"anyOf": [{"enum": list(AXES)}, {"type": "integer"}]}
