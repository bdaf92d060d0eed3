"""The fully connected layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Weighted
from cnninspect.options import Bool, Choice, Int
from cnninspect.values import Call, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.values import Shape


class Linear(Weighted, name="linear", aliases=("Dense", "Linear", "fc", "fully_connected", "InnerProduct")):
    """Combines all features of one axis with learned weights, at every position alike.

    ``y[o] = bias[o] + Σ over i of weight[o, i] · x[i]`` along the last axis, as torch has it,
    or along the channels. MACs: outputs x features in. Operations: one for each output with bias.
    https://docs.pytorch.org/docs/stable/generated/torch.nn.Linear.html
    """

    torch = "torch.nn:Linear"

    out = Int(min=1, help="features produced")
    bias = Bool(default=True, help="learn one offset for each output feature")
    axis = Choice("last", choices=("last", "channels"), help="the axis whose features are combined")

    def features(self, x: Shape) -> int:
        """How many features each output combines."""
        return x[0] if self.axis == "channels" else x[-1]

    def shape(self, x: Shape) -> Shape:
        return (self.out, *x[1:]) if self.axis == "channels" else (*x[:-1], self.out)

    def weights(self, x: Shape) -> Mapping[str, Shape]:
        weight = {"weight": (self.out, self.features(x))}
        return {**weight, "bias": (self.out,)} if self.bias else weight

    def macs(self, x: Shape, y: Shape) -> int:
        return product(y) * self.features(x)

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        return product(y) if self.bias else 0

    def call(self, inputs: Sequence[Shape]) -> Call:
        (x,) = inputs
        own = self.axis == "channels" and len(x) > 1
        target = "cnninspect.backends.torch_layers:ChannelLinear" if own else self.torch
        return Call(target, {"in_features": self.features(x), "out_features": self.out, "bias": self.bias})
