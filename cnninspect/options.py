"""Typed options of layers: what may be written, what it means, how a mistake is explained.

One declaration gives the reader its check, the JSON schema its entry and ``explain`` its
table row. An option is a descriptor: on the class it is itself, on a layer it is the value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
LARGEST = 2**53
"""No size, count or factor of a network comes near; larger ones are typing mistakes."""


class _Required:
    def __repr__(self) -> str:
        return "required"


REQUIRED: Any = _Required()
"""The default of an option that must be written."""


class Same:
    """A default that is the value of another option."""

    def __init__(self, option: str) -> None:
        self.option = option

    def __repr__(self) -> str:
        return f"same as {self.option}"


class Option(Generic[T]):
    """One option: its type, bounds, default and help."""

    name = ""
    kind = "a value"

    def __init__(self, default: Any = REQUIRED, *, help: str) -> None:  # noqa: A002
        self.default = default
        self.help = help

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, layer: None, owner: type) -> Option[T]: ...
    @overload
    def __get__(self, layer: object, owner: type) -> T: ...
    def __get__(self, layer: object | None, owner: type) -> Option[T] | T:
        return self  # a layer's own __dict__ wins: it holds the parsed value

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    def parse(self, value: object, rank: int) -> T:
        """The meaning of what was written, for a layer on an input of ``rank`` spatial axes.

        A negative rank is an unknown one: whatever depends on it is let pass.
        """
        raise NotImplementedError

    def schema(self) -> dict[str, object]:
        """JSON Schema of what may be written (expressions are added by the schema report)."""
        raise NotImplementedError

    def wrong(self, value: object, expected: str = "", *, help: str = "") -> Problem:  # noqa: A002
        """The problem that ``value`` is not what this option takes."""
        return Problem(
            "bad-value",
            f"{self.name} must be {expected or self.kind}, got {described(value)}",
            option=self.name,
            help=help,
        )


def described(value: object) -> str:
    """A value in words a person recognises from their file."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{clip(value, 60)}'"
    if isinstance(value, (int, float)):
        return clip(value)
    if isinstance(value, (list, tuple)):
        return f"the list {clip(list(value), 60)}"
    return "a mapping" if isinstance(value, dict) else clip(value)


def as_int(value: object) -> int | None:
    """A whole number, also one written as ``64.0``; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return None


class Int(Option[int]):
    """A whole number."""

    kind = "a whole number"

    def __init__(
        self,
        default: Any = REQUIRED,
        *,
        min: int | None = None,  # noqa: A002 - the word of JSON schema and of users
        max: int = LARGEST,  # noqa: A002
        help: str,  # noqa: A002
    ) -> None:
        super().__init__(default, help=help)
        self.min = min
        self.max = max

    def parse(self, value: object, rank: int) -> int:
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
        default: Any = REQUIRED,
        *,
        min: float | None = None,  # noqa: A002
        max: float | None = None,  # noqa: A002
        help: str,  # noqa: A002
    ) -> None:
        super().__init__(default, help=help)
        self.min = min
        self.max = max

    def parse(self, value: object, rank: int) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(value)
        if not abs(value) <= LARGEST:
            raise self.wrong(value, "a finite number")
        if self.min is not None and value < self.min:
            raise self.wrong(value, f"at least {self.min:g}")
        if self.max is not None and value > self.max:
            raise self.wrong(value, f"at most {self.max:g}")
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

    def parse(self, value: object, rank: int) -> bool:
        if isinstance(value, bool):
            return value
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}
        hint = meant.get(str(value).lower(), "")
        raise self.wrong(value, help=f"in YAML 1.2 only true and false are truth values: write {hint}" if hint else "")

    def schema(self) -> dict[str, object]:
        return {"type": "boolean"}


class Choice(Option[str]):
    """One of a few words."""

    def __init__(self, default: Any = REQUIRED, *, choices: Sequence[str], help: str) -> None:  # noqa: A002
        super().__init__(default, help=help)
        self.choices = tuple(choices)

    @property
    def kind(self) -> str:  # type: ignore[override]
        return ", ".join(self.choices[:-1]) + f" or {self.choices[-1]}"

    def parse(self, value: object, rank: int) -> str:
        if isinstance(value, str) and value in self.choices:
            return value
        raise self.wrong(value)

    def schema(self) -> dict[str, object]:
        return {"enum": list(self.choices)}


class Ints(Option[tuple[int, ...]]):
    """A list of whole numbers; a single one stands for a list of one."""

    kind = "a list of whole numbers"

    def __init__(self, default: Any = REQUIRED, *, min: int | None = None, help: str) -> None:  # noqa: A002
        super().__init__(default, help=help)
        self.min = min

    def parse(self, value: object, rank: int) -> tuple[int, ...]:
        items = value if isinstance(value, (list, tuple)) else [value]
        numbers = tuple(number for item in items if (number := as_int(item)) is not None)
        if len(numbers) != len(items) or not numbers:
            raise self.wrong(value)
        for number in numbers:
            if abs(number) > LARGEST or (self.min is not None and number < self.min):
                raise self.wrong(value, f"a list of whole numbers of at least {self.min}")
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
        default: Any = REQUIRED,
        *,
        min: int = 0,  # noqa: A002
        help: str,  # noqa: A002
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

    def __init__(self, default: Any = 0, *, words: Sequence[str], help: str) -> None:  # noqa: A002
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
            raise self.wrong(value, f"one number or a list of {rank} (the input has {rank} spatial axes)")
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
            raise self.wrong(value, "at least 0")
        return number

    def schema(self) -> dict[str, object]:
        item: dict[str, object] = {"type": "integer", "minimum": 0}
        pair = {"type": "array", "items": item, "minItems": 2, "maxItems": 2}
        sides = {"type": "array", "items": {"anyOf": [item, pair]}, "minItems": 1, "maxItems": 3}
        return {"anyOf": [item, sides, *([{"enum": list(self.words)}] if self.words else [])]}


class Optional(Option["T | None"]):
    """Another option that may also be left out, then being None."""

    def __init__(self, option: Option[T]) -> None:
        super().__init__(None, help=option.help)
        self.option = option

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.option.name = name

    def parse(self, value: object, rank: int) -> T | None:
        return None if value is None else self.option.parse(value, rank)

    def schema(self) -> dict[str, object]:
        inner = self.option.schema()
        return {"anyOf": [*inner["anyOf"], {"type": "null"}]} if "anyOf" in inner else {"anyOf": [inner, {"type": "null"}]}  # type: ignore[misc]


AXES = ("channels", "depth", "height", "width")


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
