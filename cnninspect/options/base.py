"""What all options share: a name, a default, help, and words for a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from cnninspect.values import Problem, clip

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

    if not TYPE_CHECKING:  # pragma: no branch - always so at run time

        def __class_getitem__(cls, _: object) -> type:
            return cls  # the type of its values is for type checkers: at run time it would cost more than the class

    def __init__(self, default: object = REQUIRED, *, help: str) -> None:
        self.default: Any = default
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

    def wrong(self, value: object, expected: str = "", *, help: str = "") -> Problem:
        """The problem that ``value`` is not what this option takes."""
        return Problem(
            "bad-value",
            f"{self.name} must be {expected or self.kind}, got {described(value)}",
            option=self.name,
            help=help,
        )


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
        inner: dict[str, Any] = self.option.schema()
        return {"anyOf": [*inner.get("anyOf", [inner]), {"type": "null"}]}


def in_range(value: float) -> str:
    """What a number must be that is none of those taken: too large, infinite or not a number."""
    return f"between -{LARGEST} and {LARGEST}" if abs(value) < float("inf") else "a finite number"


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
