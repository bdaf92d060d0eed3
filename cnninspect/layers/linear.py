"""The fully connected layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Weighted
from cnninspect.options import Bool, Choice, Int
from cnninspect.reads import EVERY, POINT, Reads, pointwise
from cnninspect.values import Call, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.values import Facts, Shape
    from cnninspect.workings import Working


class Linear(Weighted, name="linear", aliases=("Dense", "Linear", "fc", "fully_connected", "InnerProduct")):
    """Combines all features of one axis with learned weights, at every position alike.

    ``y[o] = bias[o] + Σ over i of weight[o, i] · x[i]`` along the last axis, as torch has it,
    or along the channels. MACs: outputs x features in. Operations: one for each output with bias.
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    role = "weights"
    linear = True

    torch = "torch.nn:Linear"

    out = Int(min=1, help="features produced")
    bias = Bool(default=True, help="learn one offset for each output feature")
    axis = Choice("last", choices=("last", "channels"), help="the axis whose features are combined")

    def mixes(self, x: Shape) -> int:
        return 0 if self.axis == "channels" else len(x) - 1

    def features(self, x: Shape) -> int:
        """How many features each output combines."""
        return x[self.mixes(x)]

    def shape(self, x: Shape) -> Shape:
        return (self.out, *x[1:]) if self.axis == "channels" else (*x[:-1], self.out)

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        weight = {"weight": (self.out, self.features(x))}
        return {**weight, "bias": (self.out,)} if self.bias else weight

    def macs(self, x: Shape, y: Shape) -> int:
        return product(y) * self.features(x)

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) if self.bias else 0

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working, times

        y = facts.outputs[0]
        macs = times(y, (self.features(inputs[0]),), rule="outputs · features in")
        return Working((), macs, times(y, rule="one for each output: the bias") if self.bias else None)

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        rank = len(inputs[0]) - 1
        if rank == 0 or self.axis == "channels":
            return (pointwise(rank, EVERY),)
        return (Reads(0, (*(POINT,) * (rank - 1), None)),)

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        own = self.axis == "channels" and len(x) > 1
        target = "cnninspect.backends.torch_layers:ChannelLinear" if own else self.torch
        return Call(target, {"in_features": self.features(x), "out_features": self.out, "bias": self.bias})

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import BEHIND, OWN, STRAIGHT, Gather, Holds

        (x,) = inputs
        behind = self.axis == "channels" and len(x) > 1
        lead = x[1:] if behind else x[:-1]
        if not self.trainable:  # torch spares the copy of all rows where weights that do not learn can be repeated
            lead = lead[:-1]
        gathers = (Gather(0, lead, behind),) if lead else ()
        return Holds(pairs=((0, OWN),), lies=BEHIND if behind else STRAIGHT, gathers=gathers)
