"""What layers really see of the inputs: where the gradient of a running network is not zero, axis by axis.

A layer's outputs at the middle of an axis, each with a random weight so that nothing cancels, are added up; the
positions of the input's axis with any gradient are those that they see. A max pool or a relu lets a gradient
through in some places only, which others than before in the next sample: samples with weights and inputs of one
sign, which a relu lets pass, alternate with samples of both, until nothing is missing or enough were taken. All
is computed in float64, where what is not connected is exactly zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnninspect.backends.build import build_graph
from cnninspect.backends.measure import Probe, probed
from cnninspect.passes.support import support
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from cnninspect.backends.build_network import Network
    from cnninspect.ir import Graph
    from cnninspect.passes.support import Support

SAMPLES = 12
"""How many random networks are tried at most."""


class Sight(Record):
    """What the middle of a layer sees of one axis of an input, a bit a position."""

    node: int
    given: int
    axis: int
    stated: int
    measured: int


class Sights(Record):
    """What was measured."""

    found: tuple[Sight, ...]
    unknown: tuple[int, ...]
    """The layers of which the static side knows nothing."""
    samples: int


def sights(graph: Graph, nodes: Sequence[int], *, seed: int = 0, device: str | torch.device = "cpu") -> Sights:
    """Measure some layers of a network."""
    stated = support(graph)
    asked: dict[tuple[int, int, int], int] = {}
    places: dict[tuple[int, int, int], int | None] = {}
    unknown = []
    for node in nodes:
        for given, entry in enumerate(graph.inputs):
            seen = stated[node].get(given, _NOTHING)
            if seen is None:
                unknown.append(node)
                continue
            for axis in range(len(entry.shape) - 1):
                key = (node, given, axis)
                places[key], asked[key] = (None, 0) if isinstance(seen, str) else _asked(seen, axis)
    found = dict.fromkeys(asked, 0)
    network = build_graph(graph, seed=seed, dtype="float64", device=device, in_place=False).eval()
    drawn = _Drawn(graph, network, seed)
    samples = 0
    while samples < SAMPLES and (not samples or found != asked):
        missing = [key for key in asked if not samples or found[key] != asked[key]]
        drawn.sample(missing, places, found, positive=samples % 2 == 0)
        samples += 1
    return Sights(
        tuple([Sight(*key, asked[key], found[key]) for key in asked]),
        tuple(dict.fromkeys(unknown)),
        samples,
    )


_NOTHING = "nothing"


def _asked(seen: Support, axis: int) -> tuple[int | None, int]:
    """The position of the layer's own axis that is looked at, None for all of them, and what it is said to see."""
    masks = seen.masks(axis)
    if len(masks) == 1 or len(seen.shape) < axis + 2:
        whole = 0
        for mask in masks:
            whole |= mask
        return None, whole
    return len(masks) // 2, masks[len(masks) // 2]


class _Keep(Probe):
    """Keeps what some layers made."""

    def __init__(self, nodes: set[int]) -> None:
        self.nodes = nodes
        self.made: dict[int, tuple[Tensor, ...]] = {}

    def after(self, node: int, made: tuple[Tensor, ...]) -> None:
        if node in self.nodes:
            self.made[node] = made


class _Drawn:
    """A network whose weights and inputs are drawn anew for each sample."""

    def __init__(self, graph: Graph, network: Network, seed: int) -> None:
        self.graph = graph
        self.network = network
        self.random = torch.Generator().manual_seed(seed)
        self.weights = [weight.detach().clone() for weight in network.parameters()]
        for weight in network.parameters():
            weight.requires_grad = False

    def sample(
        self,
        keys: Sequence[tuple[int, int, int]],
        places: dict[tuple[int, int, int], int | None],
        found: dict[tuple[int, int, int], int],
        *,
        positive: bool,
    ) -> None:
        """Add what one random network sees."""
        if not keys:
            return
        self._draw(positive=positive)
        inputs = [self._noise(entry.shape, positive=positive).requires_grad_() for entry in self.graph.inputs]
        keep = _Keep({node for node, _, _ in keys})
        probed(self.network, keep)(*inputs)
        for node, axis, place in dict.fromkeys([(key[0], key[2], places[key]) for key in keys]):
            gradients = self._gradients(keep.made[node], axis, place, inputs)
            for given, gradient in enumerate(gradients):  # each input has a place of its own
                key = (node, given, axis)
                if gradient is not None and places.get(key, _NOTHING) == place:
                    found[key] |= _mask(gradient, axis)

    def _noise(self, shape: Sequence[int], *, positive: bool) -> Tensor:
        made = torch.empty(1, *shape, dtype=torch.float64)
        drawn = made.uniform_(0.5, 1.5, generator=self.random) if positive else made.normal_(generator=self.random)
        return drawn.to(next(iter(self.weights), drawn).device)

    @torch.no_grad()
    def _draw(self, *, positive: bool) -> None:
        for weight, drawn in zip(self.network.parameters(), self.weights, strict=True):
            if positive:
                made = drawn.abs()
                if made.dim() > 1:  # an average of what is read: neither grows nor fades over many layers
                    made /= made.flatten(1).sum(1).clamp(min=1e-30).reshape(-1, *[1] * (made.dim() - 1))
            else:
                made = drawn * torch.empty_like(drawn, device="cpu").normal_(generator=self.random).to(drawn.device)
            weight.copy_(made)

    def _gradients(
        self, made: tuple[Tensor, ...], axis: int, place: int | None, inputs: Sequence[Tensor]
    ) -> Sequence[Tensor | None]:
        total = torch.zeros((), dtype=torch.float64, device=inputs[0].device)
        for tensor in made:
            part = tensor if place is None else tensor.select(axis + 2, place)
            total = (
                total + (part * torch.empty(part.shape, dtype=part.dtype).normal_(generator=self.random).to(part)).sum()
            )
        if not total.requires_grad:
            return [None] * len(inputs)
        return torch.autograd.grad(total, inputs, retain_graph=True, allow_unused=True)


def _mask(gradient: Tensor, axis: int) -> int:
    """The positions of an axis with any gradient, a bit each."""
    hit = ((gradient != 0) & gradient.isfinite()).movedim(axis + 2, 0).flatten(1).any(1)
    return sum([1 << place for place, there in enumerate(hit.tolist()) if there])


def chosen(graph: Graph, most: int | None) -> list[int]:
    """Layers to measure: all that run at inference, or some that slide a window, spread evenly, and the outputs."""
    runs = at_inference(graph)
    running = [index for index, run in enumerate(runs) if run]
    if most is None or len(running) <= most:
        return running
    sliding = [
        index for index in running if (facts := graph.nodes[index].facts) is not None and facts.window is not None
    ]
    heads = [output.tensor.node for output in graph.outputs if output.tensor.node >= 0 and not output.training]
    among = sliding or running
    spread = {among[place * (len(among) - 1) // max(most - 2, 1)] for place in range(most - 1)}
    return sorted(spread | {*heads[:1]})
