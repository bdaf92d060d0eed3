"""Layers that join tensors: branches that start from the same tensor, or a list of names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.names import Full
from cnninspect.frontends.yaml.naming import Scope
from cnninspect.frontends.yaml.tree import Mapping, Scalar, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.elaborate import Elaborator
    from cnninspect.frontends.yaml.growing import Growing
    from cnninspect.frontends.yaml.items import Item
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Node
    from cnninspect.layers.base import Merge
    from cnninspect.values import Problem


def run(  # noqa: PLR0913 - all of one item
    elaborator: Elaborator,
    layer_type: type[Merge],
    item: Item,
    start: Tensors,
    context: Context,
    name: Scalar | str | None,
) -> Tensors:
    """Elaborate the branches, then the layer that joins them."""
    value = item.value
    if type(value) is Sequence:
        found = elaborator.namer.resolve(value, start, context)
        if found is None:
            return elaborator.broken(layer_type.name, item.op.span, (), context, name)
        return elaborator.add_layer(layer_type, item, None, found, context, name)
    if type(value) is not Mapping:
        return elaborator.add_layer(layer_type, item, value, start, context, name)
    branches, options = _sort(elaborator, layer_type, value)
    if branches is None:
        return elaborator.broken(layer_type.name, item.op.span, start, context, name)
    above = context.env.values["prev"]
    if branches:
        inner = context
        if name is not None:  # a named item opens a scope
            name = Full(elaborator.namer.open(name, context))
            inner = context.within(Scope(name))
        start = _branches(elaborator, branches, start, inner)
    context.env.values["prev"] = above  # what the branches read, not what the last of them made
    return elaborator.add_layer(layer_type, item, options, start, context, name)


def _sort(
    elaborator: Elaborator,
    layer_type: type[Merge],
    value: Mapping,
) -> tuple[list[Sequence] | None, Mapping | None]:
    """Tell branches from options; no branches at all (None) where one cannot be understood."""
    branches: list[Sequence] = []
    options: list[tuple[Scalar, Node]] = []
    good = True
    for key, node in value.pairs:
        if key.text in layer_type.schema_options:
            options.append((key, node))
        elif type(node) is Sequence:
            branches.append(node)
        elif type(node) is Scalar and node.value is None:
            help_ = f"write {key.text}: [] to pass the input on as it is"
            elaborator.report.add(key, "bad-branch", f"branch '{key.text}' is empty", help=help_)
            good = False
        else:
            elaborator.report.add(
                node,
                "bad-branch",
                f"branch '{key.text}' must be a list of layers",
                help=f"put them in a list: {key.text}: [...]; [] passes the input on as it is",
            )
            good = False
    picked = None
    if options:
        picked = Mapping(value.source, (value.line, value.column, value.end_line, value.end_column), options)
    return (branches if good else None), picked


def _branches(elaborator: Elaborator, branches: list[Sequence], start: Tensors, context: Context) -> Tensors:
    """What the branches make. All read the same tensor; after a split, each its own part."""
    parts: list[Tensors] = [start] * len(branches)
    if len(start) > 1 and len(start) == len(branches):
        parts = [(tensor,) for tensor in start]
    made: list[Tensors] = []
    for branch, part in zip(branches, parts):  # noqa: B905 - equally long by construction
        inner = context.within(context.scope)
        made.append(elaborator.run_list(branch.items, part, inner))
    return tuple([tensor for several in made for tensor in several])


def explain_arity(elaborator: Growing, problem: Problem, start: Tensors) -> Problem:
    """A better remedy where the tensors come from one layer with several outputs."""
    made_by = {tensor.node for tensor in start}
    if len(start) > 1 and len(made_by) == 1 and start[0].node >= 0:
        name = elaborator.nodes[start[0].node].name
        problem.help = f"'{name}' makes {len(start)} tensors: say which one is meant with from: {name}.0"
    elif len(start) > 1 and all(tensor.node < 0 for tensor in start):
        names = ", ".join(given.name for given in elaborator.inputs)
        problem.help = (
            f"the network has the inputs {names}: say which one is meant with from: {elaborator.inputs[0].name}"
        )
    return problem


def origin_notes(elaborator: Growing, problem: Problem, start: Tensors) -> Iterator[str]:
    """Notes on where the colliding shapes come from."""
    colliding: tuple[int, ...] = getattr(problem, "inputs", ())
    for index in colliding:
        yield elaborator.describe(start[index])
    if not colliding:
        for tensor in start[:3]:
            yield f"the input is {elaborator.describe(tensor)}"
