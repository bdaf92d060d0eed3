"""Keras's way of keeping weights, and what makes torch's of it.

Kernels of convolutions are (height, width, in, out) and become (out, in, height, width); of depthwise ones they are
(height, width, channels, multiplier) and become (channels · multiplier, 1, height, width); dense ones are (in, out)
and become (out, in). Behind a flatten the inputs of a dense layer come position by position in Keras and channel by
channel in torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cnninspect.ir import Graph
    from cnninspect.passes.matching import Wanted
    from cnninspect.values import Shape

WORDS: dict[str, tuple[str, ...]] = {
    "kernel": ("weight", "depthwise.weight"),
    "depthwise_kernel": ("depthwise.weight", "weight"),
    "pointwise_kernel": ("pointwise.weight", "weight"),
    "bias": ("bias", "pointwise.bias"),
    "gamma": ("weight",),
    "beta": ("bias",),
    "moving_mean": ("running_mean",),
    "moving_variance": ("running_var",),
    "alpha": ("weight",),
}
"""What Keras calls a tensor, and what it may be called here."""


class Turn(Record):
    """How a tensor is moved: seen with other sizes, its axes in another order, then seen with these sizes."""

    before: Shape
    axes: tuple[int, ...]
    after: Shape

    @property
    def still(self) -> bool:
        """Whether nothing moves."""
        return self.axes == tuple(range(len(self.axes))) and self.before == self.after


def renamed(names: Mapping[str, str], ours: Collection[str]) -> dict[str, str]:
    """For each key of a checkpoint its name as this project has it; those of torch's kind stay."""
    found = dict(names)
    taken = {name for name in names.values() if name in ours}
    for key, name in names.items():
        if name in ours:
            continue
        guess = _renamed(name, ours)
        if guess in taken:  # two names mean one tensor: this one is told as too many
            guess = name
        while guess in taken:
            guess += "?"
        taken.add(guess)
        found[key] = guess
    return found


def _renamed(name: str, ours: Collection[str]) -> str:
    parts = name.rpartition(":")[0].split("/") if name.rpartition(":")[2].isdecimal() else name.split("/")
    if len(parts) == 1:
        parts = name.split(".")
    *scopes, last = parts
    words = WORDS.get(last, (last,))
    for skipped in range(len(scopes)):  # a model in a model puts its own name before
        for word in words:
            guess = ".".join([*scopes[skipped:], word])
            if guess in ours:
                return guess
    return ".".join([*scopes, words[0]])


def turn(graph: Graph, want: Wanted, shape: Shape) -> Turn | None:
    """What makes a tensor of Keras's layout the one that a network wants; None where it is another one."""
    rank = len(shape)
    if rank < 2:  # noqa: PLR2004 - of one axis, there is nothing to move
        return Turn(shape, tuple(range(rank)), shape) if shape == want.shape else None
    if rank == 2:  # noqa: PLR2004 - dense
        if shape[::-1] != want.shape:
            return None
        map_ = _flattened(graph, want.node, shape[0])
        if map_ is None:
            return Turn(shape, (1, 0), want.shape)
        channels, *spatial = map_
        axes = (rank - 1 + len(spatial), len(spatial), *range(len(spatial)))
        return Turn((*spatial, channels, shape[1]), axes, want.shape)
    conv = (rank - 1, rank - 2, *range(rank - 2))
    depthwise = (rank - 2, rank - 1, *range(rank - 2))
    if tuple([shape[axis] for axis in conv]) == want.shape:
        return Turn(shape, conv, want.shape)
    if (shape[-2] * shape[-1], 1, *shape[:-2]) == want.shape:
        return Turn(shape, depthwise, want.shape)
    return None


def in_keras(graph: Graph, want: Wanted) -> Shape | None:
    """The shape in which Keras keeps a tensor of several axes; None where nothing moves."""
    if len(want.shape) < 2:  # noqa: PLR2004 - of one axis
        return None
    first, second, *window = want.shape
    given = graph.shape(graph.nodes[want.node].inputs[0]) or (1,)
    if second == 1 and window and first % given[0] == 0:  # depthwise, or of one channel
        second, first = given[0], first // given[0]
    return (*window, second, first)


def _flattened(graph: Graph, node: int, features: int) -> Shape | None:
    """The map whose elements are the features that a layer reads, laid behind each other; None for a vector."""
    tensor = graph.nodes[node].inputs[0]
    while True:
        shape = graph.shape(tensor)
        if shape is None or tensor.node < 0:
            return None
        inputs = graph.nodes[tensor.node].inputs
        given = graph.shape(inputs[0]) if len(inputs) == 1 else None
        if shape != (features,) or given is None or product(given) != features:
            return None
        if len(given) > 1:
            return given if product(given[1:]) > 1 else None
        tensor = inputs[0]
