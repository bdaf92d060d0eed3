"""How the tensors of a run lie in memory, from which follows what torch can look at in place and what it has to copy."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from cnninspect.holds import BEHIND, LAST, LIKE_INPUT, PIECE
from cnninspect.passes.strides import channels_last, has_channels_last, joined, lies_as, straight, stretched, viewed
from cnninspect.values import product

if TYPE_CHECKING:
    from cnninspect.holds import Gather, Holds
    from cnninspect.ir import Graph, Node, Tensor
    from cnninspect.passes.strides import Laid, Strides
    from cnninspect.values import Shape

Place = tuple[int, int]
"""A tensor: node and output, as a plain tuple."""
BATCH = 2
"""Samples that are thought of; any number above one gives the same answers."""


class Lying:
    """The strides of every tensor so far."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.strides: dict[Place, Strides] = {}
        """Of the tensors that do not lie in the order of their axes, or that have gaps; all others are straight."""

    def of(self, tensor: Tensor) -> Laid:
        """A tensor's shape and strides."""
        shape = (BATCH, *(self.graph.shape(tensor) or ()))
        return shape, self.strides.get(tensor) or straight(shape)

    def _note(self, place: Place, shape: Shape, strides: Strides) -> None:
        if strides != straight(shape):
            self.strides[place] = strides

    def allows(self, source: Tensor, shape: Shape | None) -> bool:
        """Whether a tensor can be looked at with other sizes, without a copy."""
        return source not in self.strides or shape is None or viewed(*self.of(source), (BATCH, *shape)) is not None

    def look(self, place: Place, holds: Holds, source: Tensor, sizes: Shape) -> None:
        """Note how a view of a tensor lies."""
        shape, (old_shape, old) = (BATCH, *sizes), self.of(source)
        strides = old
        if holds.turn:
            strides = (old[0], *[old[axis + 1] for axis in holds.turn])
        elif holds.view == PIECE:
            axis, by = holds.step or (0, 1)
            strides = tuple([step * by if number == axis + 1 else step for number, step in enumerate(old)])
            strides += (0,) * (len(shape) - len(old))  # the same element again and again
        elif shape != old_shape:
            strides = viewed(old_shape, old, shape) or straight(shape)
        self._note(place, shape, strides)

    def make(self, place: Place, node: Node, holds: Holds, sizes: Shape) -> None:
        """Note how what a layer makes lies."""
        shape = (BATCH, *sizes)
        if holds.lies == BEHIND:
            self._note(place, shape, channels_last(shape))
        elif not self.strides.keys().isdisjoint(node.inputs):
            inputs = [self.of(tensor) for tensor in node.inputs]
            if holds.lies == LAST:
                if all(has_channels_last(*laid) for laid in inputs):
                    self._note(place, shape, channels_last(shape))
            elif holds.lies == LIKE_INPUT and len(inputs[0][0]) == len(shape):
                *most, last = inputs
                self._note(place, shape, joined(shape, (reduce(_both, most), last) if most else (last,)))

    def copied(self, node: Node, holds: Holds) -> dict[int, int]:
        """The inputs of which a layer makes a copy, and its elements for one sample."""
        found: dict[int, int] = {}
        for gather in holds.gathers:
            size = self._gathered(gather, *self.of(node.inputs[gather.input]))
            if size:
                found[gather.input] = size
        if holds.straight and node.inputs[0] in self.strides:
            shape, strides = self.of(node.inputs[0])
            last = holds.lies == LAST and has_channels_last(shape, strides)
            if not lies_as(shape, strides, (channels_last if last else straight)(shape)):
                found[0] = product(shape[1:])
        return found

    @staticmethod
    def _gathered(gather: Gather, shape: Shape, strides: Strides) -> int:
        """The elements of the copy that is made of matrices whose other axes cannot be taken for one; 0 for none."""
        if gather.channels_last:
            shape, strides = (shape[0], *shape[2:], shape[1]), (strides[0], *strides[2:], strides[1])
        lead = (BATCH, *gather.lead)
        count = len(lead)
        apart = stretched(shape[:count], lead, strides[:count])
        if viewed(lead, apart, (product(lead),)) is not None:
            return 0
        return product(gather.lead) * product(shape[count:])


def _both(one: Laid, other: Laid) -> Laid:
    """What is made of two tensors element by element."""
    shape = tuple(map(max, one[0], other[0]))
    return shape, joined(shape, (one, other))
