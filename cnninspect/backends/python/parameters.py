"""The arguments of a class: which of its numbers differ between its instances, and how the others follow from them."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import identifier
from cnninspect.backends.python.model import Kind, Sym
from cnninspect.backends.python.spelling import NAMES, same
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.backends.python.templates import Position

MISSING = object()
"""Stands for a value that an instance does not have: that part of the class is left out of it."""
Vector = tuple[object, ...]
"""One value for each instance."""
WORDS = {"out": "out_channels", "kernel": "kernel_size", "act": "activation", "in": "in_channels"}
"""What arguments of blocks are called in torch."""
SMALL = 100
"""Sizes of windows and paddings are less, numbers of channels rarely."""
FACTORS = range(2, 17)
SIZES = {"kernel_size", "stride", "padding", "dilation", "groups", "count"}
"""Arguments that say nothing about channels."""


class Expr(Record):
    """A value as it follows from arguments of the class."""

    text: str


class Param(Record):
    """An argument of a class."""

    name: str
    values: Vector
    default: object = MISSING


class Params:
    """The arguments of one class, growing while its values are asked for."""

    def __init__(
        self,
        words: Sequence[Mapping[str, object]],
        channels: Sequence[tuple[object, object]],
        taken: set[str],
    ) -> None:
        self.size = len(words)
        self.taken = taken
        self.found: list[Param] = []
        self.inputs: Vector = tuple([one for one, _ in channels])
        self.outputs: Vector = tuple([other for _, other in channels])
        self.known: list[tuple[str, Vector]] = [("in_channels", self.inputs), ("out_channels", self.outputs)]
        self.lists: list[tuple[str, int, Vector, Vector]] = []
        names = dict.fromkeys([name for one in words for name in one])
        for name in names:
            vector = tuple([one.get(name, MISSING) for one in words])
            self.known.append((self._word(name, vector), vector))
            self._list(name, vector)

    def _list(self, name: str, vector: Vector) -> None:
        """Remember a list of numbers, of which each may be meant."""
        lists = [
            value for value in vector if isinstance(value, (list, tuple)) and all(type(one) is int for one in value)
        ]
        if len(lists) == len(vector) and len({len(value) for value in lists}) == 1:
            for at, parts in enumerate(zip(*lists, strict=True)):
                self.lists.append((name, at, parts, tuple([tuple(value) for value in lists])))

    def _word(self, name: str, vector: Vector) -> str:
        called = WORDS.get(name, name)
        return "channels" if called == "out_channels" and vector != self.outputs else called

    def value(self, vector: Vector, position: Position) -> object:
        """What stands for these values in the class: a literal, or an expression of its arguments."""
        there = [value for value in vector if value is not MISSING]
        first = there[0]
        fixed = not _symbolic(first)
        if fixed and all(same(value, first) for value in there):
            return first
        return self._expression(vector) or self._new(vector, position)

    def _expression(self, vector: Vector) -> Expr | None:
        for param in self.found:
            if agrees(vector, param.values):
                return Expr(param.name)
        for name, known in (self.known[0], *self.known[2:]):
            if agrees(vector, known) and _usable(known):
                return Expr(self.add(name, known))
        for name, at, parts, whole in self.lists:
            if agrees(vector, parts):
                return Expr(f"{self.add(name, whole)}[{at}]")
        own = [(param.name, param.values) for param in self.found if param.values != self.inputs]
        found = self._derived(vector, own)
        if found is None and agrees(vector, self.outputs):
            found = Expr(self.add("out_channels", self.outputs))
        everything = [(param.name, param.values) for param in self.found]
        everything += [(name, known) for name, known in self.known if _usable(known)]
        return found or self._derived(vector, everything)

    def _derived(self, vector: Vector, sources: Sequence[tuple[str, Vector]]) -> Expr | None:
        """A multiple or a whole part of other arguments."""
        numbers = [value for value in vector if value is not MISSING]
        if not all(type(value) is int for value in numbers) or (0 in numbers and not _is_padding(vector)):
            return None
        for name, known in sources:
            for text, made in _multiples(known):
                if agrees(vector, made):
                    return Expr(text.format(self.add(name, known)))
        return None

    def _new(self, vector: Vector, position: Position) -> Expr:
        default: object = MISSING
        if any(value is MISSING for value in vector):
            filler = next(value for value in vector if value is not MISSING)
            if all(value is MISSING or type(value) is int for value in vector):
                filler = default = 0
            vector = tuple([filler if value is MISSING else value for value in vector])
        name = self.add(self._name(vector, position), vector)
        if default is not MISSING:
            self.found = [one._replace(default=0) if one.name == name else one for one in self.found]
        return Expr(name)

    def _name(self, vector: Vector, position: Position) -> str:
        first = vector[0]
        if isinstance(first, Sym):
            return first.name
        key = str(position[-1])
        owner = str(position[1]) if position[0] == "a" else ""
        if isinstance(first, Kind):
            return "activation"
        if key.isdecimal():
            key = owner
        if key in ("out_channels", "in_channels", "num_features", "in_features", "out_features"):
            if vector == self.outputs:
                return "out_channels"
            key = "hidden_channels" if owner.isdecimal() or not owner else f"{owner}_channels"
        return key if key.isidentifier() else f"value_{key}"

    def add(self, name: str, vector: Vector) -> str:
        """The name of the argument with these values, which is added if there is none."""
        for param in self.found:
            if param.values == vector and all(type(a) is type(b) for a, b in zip(param.values, vector, strict=True)):
                return param.name
        name = identifier(name.lstrip("_")) if name.startswith("__") else name  # a class would change it
        name = f"{name}_" if name in NAMES or iskeyword(name) else name
        wanted, number = name, 2
        while wanted in self.taken:
            wanted, number = f"{name}_{number}", number + 1
        self.taken.add(wanted)
        self.found.append(Param(wanted, vector))
        return wanted

    def flag(self, present: Sequence[bool], name: str) -> Expr:
        """When a part of the class is there."""
        vector: Vector = tuple(present)
        found = self._condition(vector)
        return Expr(found) if found else Expr(self.add(name, vector))

    def _condition(self, vector: Vector) -> str | None:
        for name, known in [*[(one.name, one.values) for one in self.found], *self.known[2:]]:
            if agrees(vector, known):
                return self.add(name, known)
        sources = {param.name: param.values for param in self.found}
        stride, ins = sources.get("stride"), sources.get("in_channels")
        for param in self.found:
            if param.default is not MISSING and agrees(vector, tuple([value != 0 for value in param.values])):
                return f"{param.name} > 0"
        tests: list[tuple[str, Vector]] = []
        if stride is not None and all(type(value) is int for value in stride):
            tests.append(("stride != 1", tuple([value != 1 for value in stride])))
        if ins is not None:
            for name, other in sources.items():
                if other is ins or not all(type(value) is int for value in other) or name in SIZES:
                    continue
                for text, made in [("{}", other), *_multiples(other)]:
                    if "//" not in text:
                        differ = tuple([a != b for a, b in zip(ins, made, strict=True)])
                        tests.append((f"in_channels != {text.format(name)}", differ))
        for text, made in tests[1:] if stride is not None else ():
            if "stride" in tests[0][0] and agrees(
                vector, tuple([a or b for a, b in zip(tests[0][1], made, strict=True)])
            ):
                return f"stride != 1 or {text}"
        for text, made in tests:
            if agrees(vector, made):
                return text
            if agrees(vector, tuple([not value for value in made])):
                return text.replace("!=", "==")
        if tests and "stride" in tests[0][0]:
            for text, made in tests[1:]:
                if agrees(vector, tuple([not (a or b) for a, b in zip(tests[0][1], made, strict=True)])):
                    return f"stride == 1 and {text.replace('!=', '==')}"
        return None


def _symbolic(value: object) -> bool:
    return isinstance(value, Sym)


def agrees(vector: Vector, known: Vector) -> bool:
    """Whether values are those known, wherever there are any."""
    return all(one is MISSING or same(one, other) for one, other in zip(vector, known, strict=True))


def _usable(known: Vector) -> bool:
    """Whether a person would pass these values: plain ones, not all the same."""
    return all(type(value) in (int, float, bool, tuple, Sym) for value in known)


def _is_padding(vector: Vector) -> bool:
    return all(value is MISSING or (type(value) is int and value < SMALL) for value in vector)


def _multiples(known: Vector) -> list[tuple[str, Vector]]:
    """Multiples and whole parts of numbers, with how they are written."""
    if not known or not all(type(value) is int for value in known):
        return []
    numbers = [value for value in known if type(value) is int]
    found: list[tuple[str, Vector]] = [(f"{{}} * {k}", tuple([value * k for value in numbers])) for k in FACTORS]
    return found + [(f"{{}} // {k}", tuple([value // k for value in numbers])) for k in FACTORS]
