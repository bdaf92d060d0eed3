"""Layers that look at regions of a map instead of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import Single
from cnninspect.options import Bool, Float, Int, PerAxis
from cnninspect.reads import whole
from cnninspect.values import Shape, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.holds import Holds
    from cnninspect.reads import Reads
    from cnninspect.values import Facts
    from cnninspect.workings import Working

BILINEAR = 7
"""Operations of one bilinear sample: four products and three additions."""


class RoiAlign(Single, name="roi_align", aliases=("RoIAlign", "RoIPool", "roi_pool", "ROIAlign", "MultiScaleRoIAlign")):
    """Cut regions out of a map and bring each to one size by sampling it bilinearly (Mask R-CNN).

    The regions join the batch: an image of which ``regions`` are proposed leaves as that many maps
    (channels, height, width). A shape has no batch, so the output is the shape of one region, and
    ``multiplies`` says how often this layer and what follows run for each image. The operations are
    those of one region: for each output ratio² samples of 7 operations and an average of as many,
    so 8 · ratio². Where the regions lie is data, so no window is stated.
    """

    ranks = (2,)
    torch = "cnninspect.backends.torch_layers3:RoiAlign"
    size = PerAxis(min=1, help="height and width of the map that a region becomes")
    scale = Float(1.0, min=2.0**-20, help="pixels of this map for each pixel of the image: 1/16 is 0.0625")
    ratio = Int(2, min=1, max=2**16, help="samples on each axis for each output position")
    regions = Int(1, min=1, help="how many regions an image has")
    aligned = Bool(False, help="shift regions by half a pixel, so that they lie on pixel centres")

    @property
    def multiplies(self) -> int:  # type: ignore[override]
        return self.regions

    def reads(self, inputs: Sequence[Shape]) -> tuple[Reads, ...] | None:
        return (whole(len(inputs[0]) - 1),)  # a region may lie anywhere

    def shape(self, x: Shape) -> Shape:
        return (x[0], *self.size)

    def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
        samples = self.ratio**2
        return product(y) * (samples * BILINEAR + samples)

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:  # noqa: ARG002
        from cnninspect.workings import Figure, Working, times

        samples = self.ratio**2
        each = Figure(f"{samples}·{BILINEAR} + {samples}", samples * BILINEAR + samples)
        rule = f"for each output of a region ratio² = {self.ratio}·{self.ratio} bilinear samples and their mean"
        return Working(operations=times(facts.outputs[0], each, rule=rule))

    def arguments(self, x: Shape) -> Mapping[str, object]:  # noqa: ARG002
        return {
            "size": self.size,
            "scale": self.scale,
            "ratio": self.ratio,
            "regions": self.regions,
            "aligned": self.aligned,
        }

    def holds(self, inputs: Sequence[Shape]) -> Holds:
        from cnninspect.holds import STRAIGHT, Holds

        tall, wide = (self.ratio * size for size in self.size)
        sampled = (2 + inputs[0][0]) * tall * wide  # where the samples lie, and the samples
        moved = product(self.shape(inputs[0])) if self.regions > 1 else 0
        scratch = sampled + moved + tall + wide + 4
        return Holds(inputs=(0,), elements=sampled, scratch=scratch, scratch_once=4, lies=STRAIGHT)
