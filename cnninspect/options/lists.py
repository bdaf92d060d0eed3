"""Kinds of options that recipes have besides those of layers: text, lists of numbers, numbers by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.options.base import REQUIRED, Option
from cnninspect.options.kinds import Float

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Text(Option[str]):
    """A piece of text; a number that was written is taken as it looks."""

    kind = "text"

    def parse(self, value: object, rank: int) -> str:  # noqa: ARG002 - for options of axes
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(value)
        return value

    def schema(self) -> dict[str, object]:
        return {"type": ["string", "number"]}


class Floats(Option[tuple[float, ...]]):
    """A list of numbers; a single one stands for a list of one."""

    kind = "a list of numbers"

    def __init__(
        self, default: object = REQUIRED, *, min: float | None = None, max: float | None = None, help: str
    ) -> None:
        super().__init__(default, help=help)
        self.one = Float(min=min, max=max, help=help)

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.one.name = f"each number of {name}"

    def parse(self, value: object, rank: int) -> tuple[float, ...]:
        items = value if isinstance(value, (list, tuple)) else [value]
        if not items or any(isinstance(item, bool) or not isinstance(item, (int, float)) for item in items):
            raise self.wrong(value)
        return tuple([_at(self.one, self.name, item, rank) for item in items])

    def schema(self) -> dict[str, object]:
        item = self.one.schema()
        return {"anyOf": [item, {"type": "array", "items": item, "minItems": 1}]}


class Words(Option["str | tuple[float, ...]"]):
    """One of a few words, or a list of numbers."""

    def __init__(
        self, default: object = REQUIRED, *, words: Sequence[str], min: float | None = None, help: str
    ) -> None:
        super().__init__(default, help=help)
        self.words = tuple(words)
        self.numbers = Floats(min=min, help=help)

    def __set_name__(self, owner: type, name: str) -> None:
        super().__set_name__(owner, name)
        self.numbers.__set_name__(owner, name)

    @property
    def kind(self) -> str:  # type: ignore[override]
        return f"{', '.join(self.words)} or a list of numbers"

    def parse(self, value: object, rank: int) -> str | tuple[float, ...]:
        if isinstance(value, str):
            if value in self.words:
                return value
            raise self.wrong(value)
        if isinstance(value, (list, tuple)) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
            return self.numbers.parse(value, rank)
        raise self.wrong(value)

    def schema(self) -> dict[str, object]:
        inner: dict[str, Any] = self.numbers.schema()
        return {"anyOf": [{"enum": list(self.words)}, *inner["anyOf"]]}


class ByName(Option["Mapping[str, float]"]):
    """A number for each of some names; a single one stands for all of them, under the empty name."""

    kind = "a number, or a mapping of names to numbers"

    def __init__(self, default: object = REQUIRED, *, min: float | None = None, help: str) -> None:
        super().__init__(default, help=help)
        self.one = Float(min=min, help=help)

    def parse(self, value: object, rank: int) -> Mapping[str, float]:
        if not isinstance(value, dict):
            return {"": self._number("", value, rank)}
        return {str(name): self._number(str(name), number, rank) for name, number in value.items()}

    def _number(self, name: str, value: object, rank: int) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(value)
        self.one.name = f"{self.name}.{name}" if name else self.name
        return _at(self.one, self.name, value, rank)

    def schema(self) -> dict[str, object]:
        item = self.one.schema()
        return {"anyOf": [item, {"type": "object", "additionalProperties": item}]}


def _at(option: Float, name: str, value: object, rank: int) -> float:
    """What a number of a list means; a mistake is one of the whole option."""
    from cnninspect.values import Problem

    try:
        return option.parse(value, rank)
    except Problem as problem:
        problem.option = name
        raise
