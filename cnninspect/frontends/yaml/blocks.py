"""Blocks and sequences: parts of a network that are written once and called like a layer."""

from __future__ import annotations

from os import listdir
from os.path import dirname, exists
from typing import TYPE_CHECKING

from cnninspect import layers
from cnninspect.frontends.yaml.declaring import read_block
from cnninspect.frontends.yaml.environment import UNKNOWN, Environment, declare, value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.hints import near
from cnninspect.frontends.yaml.items import parse_item
from cnninspect.frontends.yaml.making import MOST_COMPARED
from cnninspect.frontends.yaml.naming import Frame, Scope
from cnninspect.frontends.yaml.reader import read_tree
from cnninspect.frontends.yaml.sharing import Recorded
from cnninspect.frontends.yaml.tree import Mapping, Report, Scalar, Sequence, Source
from cnninspect.ir import Arguments, BlockCall
from cnninspect.layers.base import REGISTRY
from cnninspect.records import made
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.declaring import Block
    from cnninspect.frontends.yaml.elaborate import Elaborator
    from cnninspect.frontends.yaml.growing import Growing
    from cnninspect.frontends.yaml.items import Item
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Node


def find(elaborator: Growing, name: str) -> Block | None:
    """The block of that name: the model's own, or one of those that come with the program."""
    known = elaborator.blocks
    if name in known:
        return known[name]
    entry = elaborator.document.entries("blocks").get(name)
    block = None
    if entry is not None:
        block = read_block(*entry, elaborator.report)
    elif name not in REGISTRY and name not in ("sequence", "share"):
        block = library(name, elaborator.report)
    known[name] = block
    return block


def library(name: str, report: Report) -> Block | None:
    """A block that comes with the program, by the file ``library/NAME.yaml`` beside this module."""
    path = f"{dirname(__file__)}/library/{name}.yaml"
    if not name.isidentifier() or not exists(path):
        return None
    with open(path, encoding="utf-8") as file:
        source = Source(f"{name}.yaml", file.read(), path)
    tree = read_tree(source, report)
    assert type(tree) is Mapping
    key, node = tree.pairs[0]
    block = read_block(key, node, report)
    block.shipped = True
    return block


def library_names() -> list[str]:
    """Every block that comes with the program."""
    return sorted(name[:-5] for name in listdir(f"{dirname(__file__)}/library") if name.endswith(".yaml"))


def call(  # noqa: PLR0913 - all of one item
    elaborator: Elaborator,
    block: Block,
    item: Item,
    start: Tensors,
    context: Context,
    name: Scalar | str | None,
) -> Tensors:
    """Elaborate a call of a block."""
    if block.broken:
        return elaborator.broken(block.name, item.op.span, start, context, name)
    if context.calls and block.name in [above.block for above in context.calls]:
        chain = " → ".join([above.block for above in context.calls] + [block.name])
        message = f"block '{block.name}' calls itself: {clip(chain)}"
        hidden = _hides(block)
        advice = "a block is written out where it is called: use repeat, or call another block"
        advice = "give the block another name" if hidden else advice
        elaborator.report.add(item.op, "recursive-block", message, help=advice, notes=hidden)
        return elaborator.broken(block.name, item.op.span, start, context, name)
    if not context.calls:
        elaborator.room_for(1, item)
    values = _arguments(elaborator, block, item, context)
    if values is None:
        return elaborator.broken(block.name, item.op.span, start, context, name)
    opens = name is not None or block.shipped
    scope = Scope(elaborator.namer.open(name, context)) if opens else context.scope
    values["prev"] = context.env.values["prev"]
    env = Environment(values, elaborator.params)
    _defaults(elaborator, block, env)
    arguments = Arguments(zip(block.told, map(values.__getitem__, block.told)))  # noqa: B905 - equally long
    calls = (*context.calls, made(BlockCall, (block.name, item.span, arguments)))
    inner = type(context)(env, scope, Frame(scope.prefix, context.frame.top or context.frame), calls, context.depth + 1)
    return _body(elaborator, block.layers, start, inner, context, named=opens)


def _body(  # noqa: PLR0913 - two contexts and what runs between them
    elaborator: Elaborator,
    layers: Sequence,
    start: Tensors,
    inner: Context,
    outer: Context,
    *,
    named: bool,
) -> Tensors:
    first = len(elaborator.nodes)
    found = elaborator.run_list(layers.items, start, inner)
    if named:
        outer.frame.tensors[inner.scope.prefix] = found
        elaborator.scopes[inner.scope.prefix] = Recorded(layers, inner, outer.frame, first, len(elaborator.nodes))
    return found


def run_sequence(
    elaborator: Elaborator,
    item: Item,
    start: Tensors,
    context: Context,
    name: Scalar | str | None,
) -> Tensors:
    """Elaborate a list of layers under a name (or a number) of its own."""
    if type(item.value) is not Sequence:
        elaborator.report.add(
            item.value or item.op, "bad-item", "sequence needs a list of layers", help="sequence: [...]"
        )
        return elaborator.broken("sequence", item.op.span, start, context, name)
    scope = Scope(elaborator.namer.open(name, context))
    return _body(elaborator, item.value, start, context.within(scope), context, named=True)


def _arguments(elaborator: Elaborator, block: Block, item: Item, context: Context) -> dict[str, object] | None:
    """What the call gives to the block's arguments; None where the block cannot be called so."""
    names, value = block.names, item.value
    pairs = _default_pairs(elaborator, block)
    if type(value) is Mapping:
        for pair in value.pairs:
            pairs[pair[0].text] = pair
    elif value is not None and names:
        pairs[names[0]] = item.op, value
    elif value is not None:
        message = f"block '{block.name}' takes no arguments"
        elaborator.report.add(value, "unknown-option", message, notes=_hides(block))
        return None
    good = True
    values: dict[str, object] = {}
    for name, (key, node) in pairs.items():
        if name not in names:
            from cnninspect.frontends.yaml.meant import tuple_help

            few = pairs.items() if len(pairs) <= MOST_COMPARED else ()
            guess, given = near(name, names), {word: value for word, (_, value) in few}
            takes = f"it takes {', '.join(names)}" if names else "it takes none"
            help_ = tuple_help(name, given) or (f"did you mean '{guess}'?" if guess else takes)
            message = f"block '{block.name}' has no argument '{clip(name)}'"
            elaborator.report.add(key, "unknown-option", message, help=help_, notes=_hides(block))
            good = False
            continue
        try:
            values[name] = value_of(node, context.env, elaborator.report)
        except Unknown:
            values[name] = UNKNOWN
    if not block.required <= pairs.keys():
        from cnninspect.frontends.yaml.meant import named_help

        missing = [word for word in names if word in block.required and word not in pairs]
        plural = "arguments" if len(missing) > 1 else "argument"
        quoted = ", ".join(f"'{name}'" for name in missing)
        elaborator.report.add(
            item.op,
            "missing-option",
            f"block '{block.name}' needs the {plural} {quoted}",
            help=named_help(block.name, names, value)
            or f"write {block.name}: {{{', '.join(f'{name}: …' for name in missing)}}}",
            notes=_hides(block),
        )
        good = False
    return values if good else None


def _hides(block: Block) -> list[str]:
    """A note where a layer has the block's name, which may be what the caller meant."""
    return ["the block hides the layer of that name"] if layers.find(block.name) is not None else []


def _default_pairs(elaborator: Elaborator, block: Block) -> dict[str, tuple[Scalar, Node]]:
    default = elaborator.document.entries("defaults").get(block.name)
    if default is None or type(default[1]) is not Mapping:
        return {}
    return {key.text: (key, node) for key, node in default[1].pairs}


def _defaults(elaborator: Elaborator, block: Block, env: Environment) -> None:
    """Fill in the arguments that the call leaves out, then the block's own names."""
    for key, node in block.args:
        if key.text not in env.values:
            declare(key.text, node, env, elaborator.report)
    for key, node in block.own:
        declare(key.text, node, env, elaborator.report)


def least_layers(elaborator: Growing, item: Item, depth: int = 0) -> int:
    """A lower bound of the layers that an item makes, found without expanding anything."""
    if item.when is not None or depth > 20:  # noqa: PLR2004 - a bound may stop anywhere
        return 0
    if "$" in item.op.text:
        return 1
    block = find(elaborator, item.op.text)
    if block is not None:
        if block.least is None:
            block.least = 0  # for a block that calls itself
            block.least = _least_of_list(elaborator, block.layers, depth)
        return block.least
    if item.op.text == "sequence" and type(item.value) is Sequence:
        return _least_of_list(elaborator, item.value, depth)
    return 1


def _least_of_list(elaborator: Growing, layers: Sequence, depth: int) -> int:
    total = 0
    for node in layers.items[:1000]:
        item = elaborator.items.get(id(node)) or parse_item(node, Report())
        if item is None:
            continue
        elaborator.items[id(node)] = item
        total += _least_times(item) * least_layers(elaborator, item, depth + 1)
    return total


def _least_times(item: Item) -> int:
    repeat = item.repeat
    if repeat is None:
        return 1
    if isinstance(repeat, Sequence):
        return len(repeat.items)
    return repeat.value if isinstance(repeat.value, int) else 0
