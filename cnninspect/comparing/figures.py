"""The figures of a network that a comparison shows side by side, and by how much each of them changed.

The receptive field is the widest on each axis of the first input that any unit has before a whole map is read at once,
as budgets have it. What the outputs at inference see is told apart: of a classifier that is mostly all of the image.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from cnninspect.passes.cost import costs, total
from cnninspect.passes.field import fields, flows
from cnninspect.passes.field_checks import resolutions
from cnninspect.passes.memory import memory_totals
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.ir import Graph
    from cnninspect.passes.field import Fields

Value = Union[int, tuple[int, ...], None]  # noqa: UP007 - evaluated when it runs, also on 3.10

COSTS = ("parameters", "trainable", "buffers", "macs", "flops", "weight_bytes")
METRICS = (
    *COSTS,
    "peak_activation_bytes",
    "saved_activation_bytes",
    "receptive_field",
    "output_field",
    "layers",
    "weight_layers",
)
"""In the order in which they are shown."""


class Figure(Record):
    """One figure of both networks; None is unknown, or that there is no such network."""

    metric: str
    old: Value
    new: Value

    @property
    def delta(self) -> int | None:
        """By how much it grew; of several axes the narrowest counts."""
        old, new = number(self.old), number(self.new)
        return None if old is None or new is None else new - old

    @property
    def share(self) -> float | None:
        """By which part it grew; None where it was nothing."""
        old, delta = number(self.old), self.delta
        return None if not old or delta is None else delta / old

    @property
    def same(self) -> bool:
        return self.old == self.new


def number(value: Value) -> int | None:
    """A figure as one number: of several axes the smallest."""
    return min(value, default=None) if isinstance(value, tuple) else value


def figures(graph: Graph, batch: int, dtype: str) -> dict[str, Value]:
    """Every figure of one network."""
    runs = at_inference(graph)
    sums = total(costs(graph, batch, dtype), runs)
    memory = memory_totals(graph, batch, dtype)
    found: dict[str, Value] = {key: getattr(sums, key) for key in COSTS}
    found["peak_activation_bytes"] = memory.peak_activation_bytes
    found["saved_activation_bytes"] = memory.saved_activation_bytes
    sight = flows(graph, through_gates=True)
    looked = fields(graph, found=sight)
    found["receptive_field"] = receptive_field(graph, looked)
    found["output_field"] = output_field(graph, fields(graph) if any(flow.gated for flow in sight) else looked)
    found["layers"] = sums.layers
    found["weight_layers"] = sums.weight_layers
    return found


def receptive_field(graph: Graph, looked: Fields) -> tuple[int, ...] | None:
    """The widest field of any unit on each axis of the first input, gates looked through; None where it is unknown."""
    found = resolutions(graph, looked, 0)
    return None if found is None else tuple([widest for _, widest in found]) or None


def output_field(graph: Graph, seen: Fields) -> tuple[int, ...] | None:
    """The widest field of the outputs on each axis of the first input; None where it is unknown."""
    heads = [output.tensor.node for output in graph.outputs if not output.training and output.tensor.node >= 0]
    found = [seen[head][0] for head in heads if 0 in seen[head]]
    sizes = [field.size for field in found if field is not None]
    if not sizes or len(sizes) < len(found):
        return None
    return tuple(map(max, zip(*sizes))) or None  # noqa: B905 - the axes of one input


def together(old: dict[str, Value] | None, new: dict[str, Value] | None) -> tuple[Figure, ...]:
    """The figures of two networks side by side; one of them may not be there."""
    return tuple([Figure(metric, (old or {}).get(metric), (new or {}).get(metric)) for metric in METRICS])
