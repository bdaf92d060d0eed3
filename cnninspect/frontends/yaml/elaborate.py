"""Elaboration: blocks, repeats, branches and expressions become one flat graph.

Each layer is asked for its shape as it is added, so that ``$prev.channels`` works and a mistake is
reported at the line that made it. What depends on a mistake is unknown and is not complained about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect import layers
from cnninspect.frontends.yaml import blocks, merges, sharing
from cnninspect.frontends.yaml.environment import UNKNOWN, mentions, value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.growing import Growing
from cnninspect.frontends.yaml.hints import alias_table, layer_help
from cnninspect.frontends.yaml.items import parse_item
from cnninspect.frontends.yaml.names import Full
from cnninspect.frontends.yaml.naming import Scope
from cnninspect.frontends.yaml.tree import Mapping, Sequence
from cnninspect.ir import Node
from cnninspect.layers.base import Merge
from cnninspect.options import as_int, described
from cnninspect.values import Problem, Problems, clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.items import Item
    from cnninspect.frontends.yaml.making import Written
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Node as TreeNode
    from cnninspect.frontends.yaml.tree import Scalar
    from cnninspect.ir import Start
    from cnninspect.layers.base import Layer


class Elaborator(Growing):
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
        item = self._items[key] if key in self._items else self._items.setdefault(key, parse_item(node, self.report))
        if item is None:
            return self.broken("?", node.span, current, context, None)
        self.guard(item, context)
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
            try:
                inner.env.values[key.text] = value_of(node, inner.env, self.report)
            except Unknown:
                inner.env.values[key.text] = UNKNOWN
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
        op = self._op(item, context)
        if op is None:
            return self.broken(item.op.text, item.op.span, start, context, name)
        if item.init is not None and (op in ("sequence", "share") or blocks.find(self, op) is not None):
            from cnninspect.frontends.yaml import beginnings  # few networks say how they begin

            beginnings.refuse(item.init, op, self.report)
        if op == "sequence":
            return blocks.run_sequence(self, item, start, context, name)
        if op == "share":
            return sharing.run_share(self, item, start, context, name)
        block = blocks.find(self, op)
        if block is not None:
            return blocks.call(self, block, item, start, context, name)
        layer_type = layers.find(op)
        if layer_type is None:
            self._unknown_layer(item, op)
            return self.broken(op, item.op.span, start, context, name)
        if issubclass(layer_type, Merge):
            return merges.run(self, layer_type, item, start, context, name)
        return self.add_layer(layer_type, item, item.value, start, context, name)

    def is_block(self, item: Item) -> bool:
        """Whether an item opens a scope when it has a name."""
        op = item.op.text
        if op in ("sequence", "share") or "$" in op or blocks.find(self, op) is not None:
            return True
        layer_type = layers.find(op) if type(item.value) is Mapping else None
        return layer_type is not None and issubclass(layer_type, Merge)

    def _op(self, item: Item, context: Context) -> str | None:
        if "$" not in item.op.text:
            return item.op.text
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

    def _unknown_layer(self, item: Item, op: str) -> None:
        if self.report.knows("unknown-layer", item.op.span):
            return  # the same line, expanded once more
        aliases = alias_table((name, kind.aliases) for name, kind in layers.load_all().items())
        known = [*layers.load_all(), *self.document.entries("blocks"), "sequence", "share"]
        self.report.add(
            item.op,
            "unknown-layer",
            f"there is no layer or block called '{clip(op)}'",
            help=layer_help(op, known, aliases, getattr(item.value, "text", "")),
            notes=layers.broken_plugins,
        )

    def add_layer(  # noqa: PLR0913 - all of one item
        self,
        layer_type: type[Layer],
        item: Item,
        value: TreeNode | None,
        start: Tensors,
        context: Context,
        name: Scalar | str | None,
    ) -> Tensors:
        """Add one layer that reads ``start``."""
        written = self.maker.written(layer_type, item.op, value)
        given = None if written is None else self.maker.options(layer_type, written, context.env)
        if written is None or given is None or not start:  # nothing to read: that has been reported
            return self.broken(layer_type.name, item.op.span, start, context, name)
        try:
            layer_type.check_arity(len(start))
        except Problem as problem:
            self.report.problem(item.op, merges.explain_arity(self, problem, start), notes=self.chain(context))
            return self.broken(layer_type.name, item.op.span, start, context, name)
        shapes = [self.shape(tensor) for tensor in start]
        rank = -1 if None in shapes or not shapes else len(shapes[0] or ()) - 1
        layer = self.maker.layer(layer_type, given, rank, written, item.op)
        if layer is None or rank < 0:
            return self.broken(layer_type.name, item.op.span, start, context, name)
        return self.place(layer, item, written, start, context, name)

    def place(  # noqa: PLR0913 - all of one item
        self,
        layer: Layer,
        item: Item,
        written: Written,
        start: Tensors,
        context: Context,
        name: Scalar | str | None,
    ) -> Tensors:
        """Add a node for a layer whose options are known: ask it for its facts on the shapes of ``start``."""
        full = self.namer.child(name, context)
        shapes = tuple([shape for tensor in start if (shape := self.shape(tensor)) is not None])
        if len(shapes) < len(start):
            return self.broken(layer.name, item.op.span, start, context, Full(full))
        try:
            facts = self.maker.facts(layer, shapes)
        except Problems as several:
            for problem in several.problems:
                if problem.code == "wrong-rank" and problem.help and all(tensor.node < 0 for tensor in start):
                    problem.help = "this is the network's own input: give it as many sizes as the layer works on"
                notes = (*merges.origin_notes(self, problem, start), *self.chain(context))
                self.maker.say(problem, item.op, written, notes, full)
            return self.add(Node(full, layer.name, layer, start, (None,), None, item.op.span, context.calls), context)
        shares = None if item.share is None else sharing.target(self, item.share, layer, facts, context)
        copies = max([self.nodes[t.node].copies for t in start if t.node >= 0], default=1) * getattr(
            layer, "multiplies", 1
        )
        init: tuple[Start, ...] = ()
        if item.init is not None:
            from cnninspect.frontends.yaml import beginnings  # as above

            lender = None if shares is None else self.nodes[shares].name
            init = beginnings.starts(item.init, layer, facts, lender, context.env, self.report)
        return self.add(
            Node(
                *(full, layer.name, layer, start, facts.outputs, facts, item.op.span, context.calls, shares, copies),
                init,
            ),
            context,
        )


def _meant(value: object) -> str:
    """How to write a number or list that was written as something else."""
    if not isinstance(value, str):
        return ""
    from cnninspect.frontends.yaml.meant import value_help

    return value_help(value)
