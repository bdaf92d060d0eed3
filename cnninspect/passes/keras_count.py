"""What Keras's ``summary()`` would count: statistics among the parameters, as non-trainable ones.

total = learned tensors + buffers, but for those that only torch keeps; non-trainable = total - trainable.
A shared tensor counts once, a head that exists in training only counts. Unknown is None, never zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.ir import Node
    from cnninspect.passes.cost import Cost
    from cnninspect.values import Shape

ONLY_IN_TORCH = frozenset(["num_batches_tracked"])
"""Buffers without a counterpart in Keras: torch counts the batches that made a running statistic."""


class KerasCount(Record):
    """The three lines below a summary of Keras's."""

    total: int | None
    trainable: int | None
    non_trainable: int | None


def keras_count(nodes: Sequence[Node], costs: Sequence[Cost]) -> KerasCount:
    """Keras's count of a network, or of some of its nodes, with their costs; unknown where a part is."""
    total = trainable = 0
    for node, cost in zip(nodes, costs):  # noqa: B905 - one each
        if node.facts is None or cost.parameters is None or cost.trainable is None:
            return KerasCount(None, None, None)
        total += cost.parameters
        trainable += cost.trainable
        if node.shares is None:
            total += _statistics(node.facts.buffers)
    return KerasCount(total, trainable, total - trainable)


def _statistics(buffers: Mapping[str, Shape]) -> int:
    return sum([product(shape) for name, shape in buffers.items() if name not in ONLY_IN_TORCH])
