"""One layer into the graph: its options, its facts on the shapes that it reads, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml import merges, sharing
from cnninspect.frontends.yaml.growing import Growing
from cnninspect.ir import Node
from cnninspect.layers.base import Single
from cnninspect.records import made
from cnninspect.values import Problem, Problems

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.context import Context
    from cnninspect.frontends.yaml.items import Item
    from cnninspect.frontends.yaml.making import Written
    from cnninspect.frontends.yaml.naming import Tensors
    from cnninspect.frontends.yaml.tree import Node as TreeNode
    from cnninspect.frontends.yaml.tree import Scalar
    from cnninspect.ir import Start
    from cnninspect.layers.base import Layer
    from cnninspect.values import Shape


class Adding(Growing):
    """Adds layers that have been taken apart."""

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
        if value is None and len(start) == 1 and issubclass(layer_type, Single):
            shape = self.shape(start[0])
            known = self.maker.bare(layer_type, shape)
            if known is not None and shape is not None:
                return self.place(known, item, {}, start, (shape,), context, name)
        written = self.maker.written(layer_type, item.op, value)
        given = None if written is None else self.maker.options(layer_type, written, context.env)
        if written is None or given is None or not start:  # nothing to read: that has been reported
            return self.broken(layer_type.name, item.op.span, start, context, name)
        try:
            layer_type.check_arity(len(start))
        except Problem as problem:
            self.report.problem(item.op, merges.explain_arity(self, problem, start), notes=self.chain(context))
            return self.broken(layer_type.name, item.op.span, start, context, name)
        shapes = self.shapes(start)
        rank = -1 if shapes is None else len(shapes[0]) - 1
        layer = self.maker.layer(layer_type, given, rank, written, item.op)
        if layer is None or shapes is None:
            return self.broken(layer_type.name, item.op.span, start, context, name)
        return self.place(layer, item, written, start, shapes, context, name)

    def shapes(self, tensors: Tensors) -> tuple[Shape, ...] | None:
        """Their shapes; None where one of them is unknown."""
        if len(tensors) == 1:
            shape = self.shape(tensors[0])
            return None if shape is None else (shape,)
        shapes = tuple([shape for tensor in tensors if (shape := self.shape(tensor)) is not None])
        return shapes if len(shapes) == len(tensors) else None

    def place(  # noqa: PLR0913 - all of one item
        self,
        layer: Layer,
        item: Item,
        written: Written,
        start: Tensors,
        shapes: tuple[Shape, ...],
        context: Context,
        name: Scalar | str | None,
    ) -> Tensors:
        """Add a node for a layer whose options are known: ask it for its facts on the shapes of ``start``."""
        full = self.namer.child(name, context)
        try:
            facts = self.maker.facts(layer, shapes)
        except Problems as several:
            for problem in several.problems:
                if problem.code == "wrong-rank" and problem.help and all(tensor.node < 0 for tensor in start):
                    problem.help = "this is the network's own input: give it as many sizes as the layer works on"
                elif problem.code in ("shapes-disagree", "wrong-rank"):
                    from cnninspect.frontends.yaml import kept  # most shapes agree

                    kept.explain(self, problem, layer, start)
                notes = (*merges.origin_notes(self, problem, start), *self.chain(context))
                self.maker.say(problem, item.op, written, notes, full)
            return self.add(Node(full, layer.name, layer, start, (None,), None, item.op.span, context.calls), context)
        shares = None if item.share is None else sharing.target(self, item.share, layer, facts, context)
        copies = layer.multiplies
        if self.several or copies != 1:
            self.several = True
            copies *= max([self.nodes[t.node].copies for t in start if t.node >= 0], default=1)
        init: tuple[Start, ...] = ()
        if item.init is not None:
            from cnninspect.frontends.yaml import beginnings  # few networks say how they begin

            lender = None if shares is None else self.nodes[shares].name
            init = beginnings.starts(item.init, layer, facts, lender, context.env, self.report)
        return self.add(
            made(
                Node,
                (full, layer.name, layer, start, facts.outputs, facts, item.span, context.calls, shares, copies, init),
            ),
            context,
        )
