"""One row states what a layer does on one input; every row goes through the same checks."""

from __future__ import annotations

from typing import NamedTuple

from cnninspect.layers.base import REGISTRY, Layer
from cnninspect.values import Problem, Problems, Shape


class Row(NamedTuple):
    """A layer with options, its inputs and everything it must state, derived by hand."""

    name: str
    options: dict[str, object]
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    weights: dict[str, Shape]
    macs: int
    operations: int
    buffers: dict[str, Shape] = {}  # noqa: RUF012 - nobody changes it
    why: str = ""
    """The arithmetic behind the figures."""


class Refused(NamedTuple):
    """A layer with options on inputs that it must refuse, with the code and a piece of the message."""

    name: str
    options: dict[str, object]
    inputs: tuple[Shape, ...]
    code: str
    says: str


def make(name: str, options: dict[str, object], inputs: tuple[Shape, ...]) -> Layer:
    """The layer, as the front end would make it."""
    layer_type = REGISTRY[name]
    layer_type.check_arity(len(inputs))
    return layer_type(options, len(inputs[0]) - 1)


def check(row: Row) -> None:
    """Assert that the layer states exactly what the row says."""
    facts = make(row.name, row.options, row.inputs).facts(row.inputs)
    assert facts.outputs == row.outputs, row.why
    assert dict(facts.weights) == row.weights, row.why
    assert list(facts.weights) == list(row.weights), "torch's order of names"
    assert dict(facts.buffers) == row.buffers, row.why
    assert facts.macs == row.macs, row.why
    assert facts.operations == row.operations, row.why


def check_refused(row: Refused) -> None:
    """Assert that the layer is refused for the stated reason."""
    try:
        make(row.name, row.options, row.inputs).facts(row.inputs)
    except Problem as problem:
        problems: tuple[Problem, ...] = (problem,)
    except Problems as several:
        problems = several.problems
    else:
        raise AssertionError("accepted")
    assert [problem.code for problem in problems] == [row.code]
    assert row.says in f"{problems[0].message} | {problems[0].help}"
