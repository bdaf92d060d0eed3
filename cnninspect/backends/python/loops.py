"""Programs that do the same again and again with children that are numbered: written as a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.model import Inst, Loop

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.python.model import Program, Step

FEWEST = 3
"""Rounds from which a loop is easier to read than the lines themselves."""


def rolled(program: Program) -> Program:
    """The program as one round and how often, where it is one; otherwise as it is."""
    loop = _loop(program)
    if loop is None:
        return program
    size = len(program.steps) // loop.rounds
    steps = [step._replace(module="layer" if step.module is not None else None) for step in program.steps[:size]]
    return program._replace(attributes=((loop.prefix, loop),), steps=tuple(steps), outputs=steps[-1].outputs, loop=True)


def _loop(program: Program) -> Loop | None:
    names, modules = zip(*program.attributes, strict=True) if program.attributes else ((), ())
    count = len(names)
    plain = not program.chain and not program.heads and len(program.inputs) == len(program.outputs) == 1
    if not plain or count < FEWEST or len(program.steps) % count or not _same_steps(program, names):
        return None
    prefix = names[0].rstrip("0123456789")
    first = names[0][len(prefix) :]
    if not first or list(names) != [f"{prefix}{int(first) + number}" for number in range(count)]:
        return None
    items = [module for module in modules if isinstance(module, Inst)]
    if len(items) < count or len({module.kind for module in items}) > 1:
        return None
    growth = []
    for (name, start), (_, second) in zip(items[0].values, items[1].values, strict=True):
        course = [dict(module.values)[name] for module in items]
        if all(value == start and type(value) is type(start) for value in course):
            continue
        if type(start) is not int or type(second) is not int:
            return None
        if course != [start + number * (second - start) for number in range(count)]:
            return None
        growth.append((name, second - start))
    return Loop(prefix, int(first), count, items[0], tuple(growth))


def _same_steps(program: Program, names: Sequence[str]) -> bool:
    """Whether each child has the same steps, which read nothing but what the round before them made."""
    size = len(program.steps) // len(names)
    carried = program.inputs[0]
    pattern: list[object] | None = None
    for number, name in enumerate(names):
        steps = program.steps[number * size : (number + 1) * size]
        shown = _pattern(steps, carried, name)
        if shown is None or (pattern is not None and shown != pattern):
            return False
        pattern = shown
        carried = steps[-1].outputs[0]
    return carried == program.outputs[0]


def _pattern(steps: Sequence[Step], carried: int, name: str) -> list[object] | None:
    local = {carried: 0}
    shown: list[object] = []
    if sum(step.module is not None for step in steps) != 1:
        return None
    for step in steps:
        if any(var not in local for var in step.inputs) or (step.module is not None and step.module != name):
            return None
        for var in step.outputs:
            local[var] = len(local)
        reads = tuple([local[var] for var in step.inputs])
        shown.append((step.module is None, step.target, step.arguments, reads, len(step.outputs), step.listed))
    return shown
