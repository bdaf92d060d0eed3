"""Shared weights: the same layer, block or sequence applied again, counted once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.items import Item
from cnninspect.frontends.yaml.naming import Frame, Scope
from cnninspect.frontends.yaml.tree import Scalar
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.elaborate import Elaborator
    from cnninspect.frontends.yaml.growing import Growing
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Sequence
    from cnninspect.ir import Node
    from cnninspect.layers.base import Layer
    from cnninspect.values import Facts


class Recorded:
    """A named block or sequence as it was elaborated, to be applied again."""

    __slots__ = ("context", "first", "last", "layers", "outer")

    def __init__(self, layers: Sequence, context: Context, outer: Frame, first: int, last: int) -> None:
        self.layers = layers
        self.outer = outer
        """The frame in which its name can be seen."""
        self.context = context
        self.first = first
        self.last = last


def target(elaborator: Growing, name: Scalar, layer: Layer, facts: Facts, context: Context) -> int | None:
    """The node that ``share:`` beside a layer names; None (and a finding) where it cannot be shared."""
    found = _named(elaborator, name, context)
    if found is None:
        return None
    index = found[0].node
    owner = elaborator.nodes[index] if index >= 0 else None
    if owner is None or (owner.facts is not None and not (owner.facts.weights or owner.facts.buffers)):
        if facts.weights or owner is None:
            elaborator.report.add(name, "cannot-share", f"'{name.text}' has no weights to share")
        return None
    if owner.facts is None:
        return None
    return _checked(elaborator, owner, index, layer, facts, name)


def _named(elaborator: Growing, name: Scalar, context: Context) -> Tensors | None:
    found = elaborator.namer.resolve(name, (), context)
    if found == () and name.text not in elaborator.namer.lost:
        elaborator.report.add(name, "cannot-share", "prev is a tensor, not a layer", help="write the name of the layer")
    return found or None


def _checked(  # noqa: PLR0913 - the lender and the borrower
    elaborator: Growing,
    owner: Node,
    index: int,
    layer: Layer,
    facts: Facts,
    where: Scalar,
) -> int | None:
    """The node whose weights are used; None (and a finding) where they do not fit."""
    assert owner.facts is not None
    if type(owner.layer) is not type(layer):
        elaborator.report.add(
            where,
            "cannot-share",
            f"'{owner.name}' is a {owner.op} and this is a {layer.name}: their weights mean different things",
            notes=[f"'{owner.name}' stands at {owner.span}"],
        )
        return None
    if owner.facts.weights == facts.weights and owner.facts.buffers == facts.buffers:
        return index if owner.shares is None else owner.shares
    lent = {**owner.facts.weights, **owner.facts.buffers}
    for key, shape in {**facts.weights, **facts.buffers}.items():
        theirs = lent.get(key)
        if theirs != shape:
            called = key or "weight"
            has = f"it has no {called}" if theirs is None else f"its {called} is {theirs}"
            elaborator.report.add(
                where,
                "cannot-share",
                f"'{owner.name}' cannot lend its weights here: {has}, this layer needs {shape}",
                notes=[f"'{owner.name}' stands at {owner.span}"],
            )
            return None
    elaborator.report.add(where, "cannot-share", f"'{owner.name}' has other weights than this layer needs")
    return None


def run_share(
    elaborator: Elaborator,
    item: Item,
    start: Tensors,
    context: Context,
    name: Scalar | str | None,
) -> Tensors:
    """``share: name`` as a layer: apply what has that name again, with its weights."""
    value = item.value
    if type(value) is not Scalar:
        elaborator.report.add(
            item.op, "cannot-share", "share needs the name of a layer, block or sequence", help="share: stem"
        )
        return elaborator.broken("share", item.op.span, start, context, name)
    text = elaborator.namer.text(value, context)
    if text is None:
        return elaborator.broken("share", item.op.span, start, context, name)
    recorded = _recorded(elaborator, text, context)
    if recorded is not None:
        return _scope_again(elaborator, item, recorded, start, context, name)
    layer = _layer(elaborator, value, text, context)
    if layer is None:
        return elaborator.broken("share", item.op.span, start, context, name)
    try:
        layer.check_arity(len(start))
    except Problem as problem:
        elaborator.report.problem(value, problem)
        return elaborator.broken(layer.name, item.op.span, start, context, name)
    again = Item(item.node, item.op, None)
    again.share = value
    shapes = elaborator.shapes(start)
    if shapes is None:
        return elaborator.broken(layer.name, again.op.span, start, context, name)
    return elaborator.place(layer, again, {}, start, shapes, context, name)


def _layer(elaborator: Elaborator, value: Scalar, text: str, context: Context) -> Layer | None:
    """The single layer of that name; None (and a finding) where the name stands for something else."""
    found = _named(elaborator, value, context)
    if found is None:
        return None
    if found[0].node < 0:
        elaborator.report.add(value, "cannot-share", f"'{clip(text)}' is an input, not a layer")
        return None
    owner = elaborator.nodes[found[0].node]
    scope = f"{owner.name}."
    if not f".{owner.name}".endswith(f".{text}") or any(node.name.startswith(scope) for node in elaborator.nodes):
        elaborator.report.add(
            value,
            "cannot-share",
            f"'{clip(text)}' is not one layer, block or sequence",
            help=f"to apply several items again, put them in a sequence called {clip(text)}",
        )
        return None
    return owner.layer


def _recorded(elaborator: Elaborator, name: str, context: Context) -> Recorded | None:
    """The scope of that name that can be seen from here: in this block, otherwise at the top level."""
    prefix = context.scope.prefix
    frames = (context.frame, context.frame.top)
    while True:
        found = elaborator.scopes.get(f"{prefix}.{name}" if prefix else name)
        if found is not None and found.outer in frames:
            return found
        if not prefix:
            return None
        prefix = prefix.rpartition(".")[0]


def _scope_again(  # noqa: PLR0913 - all of one item
    elaborator: Elaborator,
    item: Item,
    recorded: Recorded,
    start: Tensors,
    context: Context,
    name: Scalar | str | None,
) -> Tensors:
    scope = Scope(elaborator.namer.open(name, context))
    was = recorded.context
    own_frame = was.frame.base == was.scope.prefix  # a block's names are private, a sequence's are not
    frame = Frame(scope.prefix, context.frame.top or context.frame) if own_frame else context.frame
    inner = type(context)(was.env, scope, frame, was.calls, context.depth + 1)
    first = len(elaborator.nodes)
    made = elaborator.run_list(recorded.layers.items, start, inner)
    context.frame.tensors[scope.prefix] = made
    elaborator.scopes[scope.prefix] = Recorded(recorded.layers, inner, context.frame, first, len(elaborator.nodes))
    if len(elaborator.nodes) - first != recorded.last - recorded.first:
        elaborator.report.add(
            item.op, "cannot-share", f"'{scope.prefix}' has other layers than what it shares: a condition differs"
        )
        return made
    for offset in range(recorded.last - recorded.first):
        _share_node(elaborator, recorded.first + offset, first + offset, item)
    return made


def _share_node(elaborator: Elaborator, owner_index: int, index: int, item: Item) -> None:
    owner, node = elaborator.nodes[owner_index], elaborator.nodes[index]
    if owner.facts is None or node.facts is None or not (owner.facts.weights or owner.facts.buffers):
        return
    assert type(item.value) is Scalar
    assert node.layer is not None
    shared = _checked(elaborator, owner, owner_index, node.layer, node.facts, item.value)
    elaborator.nodes[index] = node._replace(shares=shared, init=() if shared is not None else node.init)
