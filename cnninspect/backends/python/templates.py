"""What programs have in common: their structure, with the numbers taken out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.model import Borrowed, Inst, Kind, Leaf, Loop, Seq, Tree
from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.backends.python.model import Module, Program, Step

Position = tuple[object, ...]
"""Where a value stands in a program: ``("a", attribute, …)`` or ``("s", step, argument)``."""
Values = dict[Position, object]


def under(at: Position, *names: object) -> Position:
    """A position below another."""
    return (*at, *names)


class Template(Record):
    """A program, its structure and its values."""

    program: Program
    parts: tuple[tuple[str, object], ...]
    """Each attribute with its structure."""
    key: object
    values: Values


def template(program: Program) -> Template:
    """Take a program apart; every ``Use`` in it has been resolved."""
    values: Values = {}
    parts = tuple([(name, _module(module, ("a", name), values)) for name, module in program.attributes])
    for number, step in enumerate(program.steps):
        values.update({("s", number, key): value for key, value in step.arguments})
    steps = tuple([_step(step) for step in program.steps])
    key = (parts, steps, program.inputs, program.outputs, program.chain, program.heads)
    return Template(program, parts, key, values)


def _step(step: Step) -> object:
    keys = tuple([key for key, _ in step.arguments])
    return (
        step.module,
        step.target if step.module is None else "",
        keys,
        step.inputs,
        step.outputs,
        step.listed,
        step.training,
    )


def is_kind(module: Module) -> bool:
    """Whether a module is nothing but its class, as an activation is."""
    return isinstance(module, Leaf) and not module.arguments and module.target.startswith("torch.nn:")


def _module(module: Module, at: Position, values: Values) -> object:
    if isinstance(module, Leaf):
        if is_kind(module):
            values[under(at, "kind")] = Kind(module.target)
            return "kind"
        values.update({(*at, key): value for key, value in module.arguments})
        return ("leaf", module.target, tuple([key for key, _ in module.arguments]), module.frozen, module.direct)
    if isinstance(module, Seq):
        inner = [_module(item, (*at, number), values) for number, item in enumerate(module.items)]
        return ("seq", module.names, tuple(inner))
    if isinstance(module, Loop):
        values[under(at, "count")] = module.rounds
        values.update({(*at, f"{name} step"): step for name, step in module.growth})
        growing = tuple([name for name, _ in module.growth])
        return ("loop", module.prefix, module.first, growing, _module(module.item, at, values))
    if isinstance(module, Tree):
        return ("tree", tuple([(name, _module(item, (*at, name), values)) for name, item in module.items]))
    if isinstance(module, Borrowed):
        return ("borrowed", module.owner, _module(module.layer, (*at, "layer"), values))
    assert isinstance(module, Inst)
    values.update({(*at, name): value for name, value in module.values})
    return ("inst", module.kind, len(module.values))


class Match(Record):
    """How a smaller program is a larger one with steps left out."""

    steps: tuple[int, ...]
    """For each of its steps that of the larger."""
    skipped: tuple[tuple[int, int], ...]
    """Each step of the larger that it has not, and the variable that takes the place of what that makes."""
    cost: int


MOST_TRIES = 3000


def align(large: Template, small: Template) -> Match | None:
    """The best way in which a program is another one with steps left out, each handing on what it reads."""
    if large.program.chain != small.program.chain or len(large.program.inputs) != len(small.program.inputs):
        return None
    if large.program.heads or len(large.program.outputs) != len(small.program.outputs):
        return None
    return _Search(large, small).best()


class _Search:
    def __init__(self, large: Template, small: Template) -> None:
        self.a, self.b = large.program, small.program
        self.parts_a, self.parts_b = dict(large.parts), dict(small.parts)
        self.found: Match | None = None
        self.tries = 0

    def best(self) -> Match | None:
        start = dict(zip(self.a.inputs, self.b.inputs, strict=True))
        self.go(0, 0, start, (), (), 0)
        return self.found

    def go(  # noqa: PLR0913 - all of one place in the search
        self,
        i: int,
        j: int,
        seen: dict[int, int],
        steps: tuple[int, ...],
        skipped: tuple[tuple[int, int], ...],
        cost: int,
    ) -> None:
        self.tries += 1
        if self.tries > MOST_TRIES or (self.found is not None and cost >= self.found.cost):
            return
        if i == len(self.a.steps):
            if j == len(self.b.steps) and [seen[var] for var in self.a.outputs] == list(self.b.outputs):
                self.found = Match(steps, skipped, cost)
            return
        one = self.a.steps[i]
        if j < len(self.b.steps) and self.alike(one, self.b.steps[j], seen):
            other = self.b.steps[j]
            after = {**seen, **dict(zip(one.outputs, other.outputs, strict=True))}
            self.go(i + 1, j + 1, after, (*steps, i), skipped, cost + (one.place != other.place))
        if len(one.outputs) == 1:
            for var in dict.fromkeys(one.inputs):
                self.go(i + 1, j, {**seen, one.outputs[0]: seen[var]}, steps, (*skipped, (i, var)), cost + 1)

    def alike(self, one: Step, other: Step, seen: dict[int, int]) -> bool:
        if (one.module is None) != (other.module is None) or (one.target != other.target and one.module is None):
            return False
        if [key for key, _ in one.arguments] != [key for key, _ in other.arguments] or one.listed != other.listed:
            return False
        if tuple([seen[var] for var in one.inputs]) != other.inputs or len(one.outputs) != len(other.outputs):
            return False
        if one.module is None:
            return True
        assert other.module is not None
        if self.a.chain != "numbered" and one.module != other.module:
            return False
        return self.parts_a.get(one.module) == self.parts_b.get(other.module)


def moved(values: Values, large: Template, small: Template, match: Match) -> Values:
    """The values of a smaller program at the positions of the larger."""
    names = {}
    for number, at in enumerate(match.steps):
        here, there = small.program.steps[number].module, large.program.steps[at].module
        if here is not None:
            names[here] = there
    found: Values = {}
    for position, value in values.items():
        where = names.get(str(position[1]), position[1]) if position[0] == "a" else match.steps[int(str(position[1]))]
        found[under((position[0], where), *position[2:])] = value
    return found
