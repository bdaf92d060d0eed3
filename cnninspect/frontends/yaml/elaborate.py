"""Elaboration: blocks, repeats, branches and expressions become one flat graph.

Each layer is asked for its shape as it is added, so that ``$prev.channels`` works and a mistake is
reported at the line that made it. What depends on a mistake is unknown and is not complained about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import layers
from cnninspect.frontends.yaml import blocks, growing, merges, sharing
from cnninspect.frontends.yaml.adding import Adding
from cnninspect.frontends.yaml.environment import declare, mentions, value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.hints import alias_table, layer_help, plain_word
from cnninspect.frontends.yaml.items import parse_item
from cnninspect.frontends.yaml.naming import Scope
from cnninspect.frontends.yaml.tree import Mapping, Sequence
from cnninspect.layers.base import Merge
from cnninspect.options import as_int, described
from cnninspect.values import clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.declaring import Block
    from cnninspect.frontends.yaml.items import Item
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Node as TreeNode
    from cnninspect.frontends.yaml.tree import Scalar
    from cnninspect.layers.base import Layer

    Meaning = tuple[Block | None, type[Layer] | None, bool]


class Elaborator(Adding):
    """Takes the layer lists of a model apart and adds their layers to the graph."""

    # --- lists, repeats, conditions ------------------------------------------------------

    def run_list(self, nodes: list[TreeNode], current: Tensors, context: Context) -> Tensors:
        """Elaborate a list of layers, each reading what the one before made."""
        for node in nodes:
            current = self.run(node, current, context)
        return current

    def run(self, node: TreeNode, current: Tensors, context: Context) -> Tensors:
        """Elaborate one entry of a layer list."""
        key = id(node)
        item = self.items.get(key)
        if item is None and key not in self.items:
            item = self.items[key] = parse_item(node, self.report)
        if item is None:
            return self.broken("?", node.span, current, context, None)
        self.steps += 1
        if self.steps > growing.MAX_STEPS or context.depth > growing.MAX_DEPTH:
            self.too_much(item)
        if item.plain:  # as most are
            context.env.values["prev"] = self.previous(current)
            return self.apply(item, current, context, item.name)
        if item.repeat is None:
            return self.once(item, current, context, item.name)
        return self._repeat(item, item.repeat, current, context)

    def _repeat(self, item: Item, repeat: Scalar | Sequence, current: Tensors, context: Context) -> Tensors:
        context.env.values["prev"] = self.previous(self._reads(item, current, context))
        try:
            rounds = self._rounds(item, repeat, context)
        except Unknown:
            if item.let is not None:
                self._tell_order(item.let, repeat)
            return self.broken(item.op.text, item.op.span, current, context, item.name)
        name = item.name
        if name is not None and "$" not in name.text:
            prefix = self.namer.open(name, context)
            inner, name = context.within(Scope(prefix)), None
        else:
            prefix, inner = "", context
        for i, value in enumerate(rounds):
            values: dict[str, object] = {"i": i} if value is None else {"i": i, "item": value}
            child: Scalar | str | None = str(i) if prefix and self.is_block(item) else name
            current = self.once(item, current, inner.having(values), child, first=i == 0)
        if prefix:
            context.frame.tensors[prefix] = current
        return current

    def _tell_order(self, let: Mapping, repeat: Scalar | Sequence) -> None:
        """Say why a name of an item's own let means nothing in its repeat."""
        last = self.report.findings[-1] if self.report.findings else None
        mine = {f"nothing here is called '{key.text}'" for key, _ in let.pairs}
        if last is not None and last.message in mine and repeat.line <= last.span.line <= repeat.end_line:
            help_ = "repeat is read before the let beside it: write the value, or make it a param"
            self.report.findings[-1] = last._replace(help=help_)

    def _rounds(self, item: Item, repeat: Scalar | Sequence, context: Context) -> list[object]:
        value = value_of(repeat, context.env, self.report)
        if isinstance(value, list):
            self.room_for(len(value), item)
            return value
        count = as_int(value)
        if count is None or count < 0:
            message = f"repeat must be a whole number of at least 0, or a list, got {described(value)}"
            self.report.add(repeat, "bad-value", message, help=_meant(value))
            raise Unknown
        self.room_for(count, item)
        return [None] * count

    def once(
        self,
        item: Item,
        current: Tensors,
        context: Context,
        name: Scalar | str | None,
        *,
        first: bool = True,
    ) -> Tensors:
        """Elaborate an item once: its names, its condition, its input, then itself.

        Of a repeat only the first round reads ``from``, unless that names another tensor each time.
        """
        told = item.from_ if item.from_ is not None and (first or mentions(item.from_)) else None
        start = current if told is None else self._reads(item, current, context)
        context.env.values["prev"] = self.previous(start)
        if item.let is not None:
            context = self._let(item.let, context)
        if item.when is not None:
            try:
                if not self._holds(item.when, context):
                    return self._otherwise(item, start, context, name)
            except Unknown:
                return self.broken(item.op.text, item.op.span, current, context, name)
        if told is not None:
            found = self.namer.resolve(told, current, context)
            if found is None:
                return self.broken(item.op.text, item.op.span, (), context, name)
            start = found
            context.env.values["prev"] = self.previous(start)
        return self.apply(item, start, context, name)

    def _reads(self, item: Item, current: Tensors, context: Context) -> Tensors:
        """What an item will read, as far as that is known before its condition and its names are."""
        if item.from_ is None:
            return current
        return self.namer.quietly(item.from_, current, context) or current

    def _let(self, let: Mapping, context: Context) -> Context:
        inner = context.having({"prev": context.env.values["prev"]})
        for key, node in let.pairs:
            declare(key.text, node, inner.env, self.report)
        return inner

    def _holds(self, when: Scalar, context: Context) -> bool:
        value = value_of(when, context.env, self.report)
        if isinstance(value, str):
            from cnninspect.frontends.yaml.meant import condition_help

            help_ = condition_help(value, context.env.names())
            self.report.add(when, "bad-value", f"when must be a condition, got {described(value)}", help=help_)
            raise Unknown
        return bool(value)

    def _otherwise(self, item: Item, current: Tensors, context: Context, name: Scalar | str | None) -> Tensors:
        if item.else_ is None:
            self.namer.pass_on(name, current, context)
            return current
        nodes = item.else_.items if type(item.else_) is Sequence else [item.else_]
        return self.run_list(nodes, current, context.within(context.scope))

    # --- one item ------------------------------------------------------------------------

    def apply(self, item: Item, start: Tensors, context: Context, name: Scalar | str | None) -> Tensors:
        """Elaborate what an item does, now that it is known to happen and from where."""
        op = item.op.text
        if "$" in op:
            meant = self._op(item, context)
            if meant is None:
                return self.broken(item.op.text, item.op.span, start, context, name)
            op = meant
        block, layer_type, joins = self._meanings.get(op) or self._meaning(op)
        if layer_type is not None:
            if joins:
                return merges.run(self, layer_type, item, start, context, name)  # type: ignore[arg-type]
            return self.add_layer(layer_type, item, item.value, start, context, name)
        own = op in ("sequence", "share")
        if item.init is not None and (own or block is not None):
            from cnninspect.frontends.yaml import beginnings  # few networks say how they begin

            beginnings.refuse(item.init, op, self.report)
        if block is not None:
            return blocks.call(self, block, item, start, context, name)
        if own:
            run = blocks.run_sequence if op == "sequence" else sharing.run_share
            return run(self, item, start, context, name)
        self._unknown_layer(item, op, context)
        return self.broken(op, item.op.span, start, context, name)

    def _meaning(self, op: str) -> Meaning:
        """What a word calls: a block, else a layer and whether that joins tensors; neither for what is no layer."""
        block = blocks.find(self, op)
        layer_type = None if block is not None or op in ("sequence", "share") else layers.find(op)
        found = block, layer_type, layer_type is not None and issubclass(layer_type, Merge)
        self._meanings[op] = found
        return found

    def is_block(self, item: Item) -> bool:
        """Whether an item opens a scope when it has a name."""
        op = item.op.text
        if op in ("sequence", "share") or "$" in op or blocks.find(self, op) is not None:
            return True
        layer_type = layers.find(op) if type(item.value) is Mapping else None
        return layer_type is not None and issubclass(layer_type, Merge)

    def _op(self, item: Item, context: Context) -> str | None:
        """The word that an expression gives; None (and a finding) where it is none."""
        try:
            op = value_of(item.op, context.env, self.report)
        except Unknown:
            return None
        if isinstance(op, str):
            return op
        self.report.add(
            item.op, "bad-value", f"{item.op.text} must be the name of a layer or block, got {described(op)}"
        )
        return None

    def _unknown_layer(self, item: Item, op: str, context: Context) -> None:
        if self.report.knows("unknown-layer", item.op.span):
            return  # the same line, expanded once more
        aliases = alias_table((name, kind.aliases) for name, kind in layers.load_all().items())
        if "blocks" in self.document.mistaken and plain_word(op) not in aliases:
            return  # it may be one of those
        known = [*layers.load_all(), *self.document.entries("blocks"), "sequence", "share"]
        help_ = layer_help(op, known, aliases, getattr(item.value, "text", ""))
        if item.value is None and context.frame.resolve(op, context.scope.prefix):
            help_ = f"it is a tensor: a layer reads it by from: {clip(op, 40)}, a merge in a list: add: [{clip(op, 40)}, prev]"
        self.report.add(
            item.op,
            "unknown-layer",
            f"there is no layer or block called '{clip(op)}'",
            help=help_,
            notes=layers.broken_plugins,
        )
        meant = layers.find(aliases.get(plain_word(op), ""))
        if meant is not None and not issubclass(meant, Merge) and type(item.value) is Mapping:
            self.maker.unknown_options(meant, {pair[0].text: pair for pair in item.value.pairs})


def _meant(value: object) -> str:
    """How to write a number or list that was written as something else."""
    if not isinstance(value, str):
        return ""
    from cnninspect.frontends.yaml.meant import value_help

    return value_help(value)
