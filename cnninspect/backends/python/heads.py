"""What is made in training only while the rest goes on behind it, and would be a variable that may be unbound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.backends.python.layout import identifier

if TYPE_CHECKING:
    from cnninspect.backends.python.model import Program, Var


def collected(program: Program) -> dict[Var, str]:
    """Heads for training that are made before the last step of the trunk, each with its name."""
    steps, made = program.steps, _makers(program)
    trunk = max([number for number, step in enumerate(steps) if not step.training], default=-1)
    found: dict[Var, str] = {}
    for name, var, training in program.heads:
        number = made.get(var, trunk)
        if training and number < trunk and steps[number].training:
            found.setdefault(var, name)
    return found


def aside(program: Program, heads: dict[Var, str]) -> dict[Var, str]:
    """What else is made in training only and read when the trunk has gone on, each with a name of its own."""
    steps, made = program.steps, _makers(program)
    gone = [sum([not step.training for step in steps[:number]]) for number in range(len(steps))]
    found: dict[Var, str] = {}
    for number, step in enumerate(steps):
        for var in step.inputs:
            maker = made.get(var)
            if maker is None or not steps[maker].training or gone[maker] == gone[number] or var in {*heads, *found}:
                continue
            found[var] = identifier((steps[maker].module or "map").rpartition(".")[2], {*found.values()})
    return found


def _makers(program: Program) -> dict[Var, int]:
    return {var: number for number, step in enumerate(program.steps) for var in step.outputs}
