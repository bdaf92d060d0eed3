"""The effective receptive field: which part of what a unit can see moves it, measured with torch's gradients.

The field that follows from windows says what a unit *can* see. How much each position matters is another
question: in a random network the gradient of a unit falls off from the middle of its field as a bell does,
and most of it stands on a part that grows with the square root of the depth only (Luo, Li, Urtasun and Zemel,
Understanding the Effective Receptive Field in Deep Convolutional Neural Networks, 2016, arXiv 1701.04128).
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

import torch

from cnninspect.backends.build import build_graph, check_seed, choose_device
from cnninspect.ir import Output, Tensor
from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph

FAINTEST = 1 - 0.9545
"""What counts as seen: at least this part of the largest gradient, two standard deviations of a bell."""
SHARES = (0.9, 0.95)


class Effective(Record):
    """What a unit really looks at, as measured."""

    energy: list[Any]
    """The share of the squared gradient at each position of the input, nested by axis; all of it is 1."""
    boxes: tuple[tuple[tuple[int, int], ...], ...]
    """For 90 % and 95 % of the energy a box that holds it: the first and last position on each axis."""
    held: tuple[float, ...]
    """How much each box really holds."""
    area: int
    """Positions whose gradient is at least 4.55 % of the largest."""
    radius: tuple[float, ...]
    """The standard deviation of the energy on each axis, in positions."""
    centre: tuple[float, ...]
    """The mean position of the energy."""
    samples: int
    """Random networks that were measured and had any gradient."""


class NoGradient(Exception):
    """No sample had any gradient that is a number."""


def measure(  # noqa: PLR0913 - what to measure, by keyword
    graph: Graph,
    layer: int,
    given: int,
    at: Sequence[int],
    *,
    seed: int = 0,
    samples: int = 16,
    device: str | torch.device = "cpu",
) -> Effective:
    """Measure the unit at a position of a layer, with respect to one input.

    Each sample has new weights, by torch's own initialisation, and a new input of normal noise; the network
    is in evaluation mode. The unit's channels are added up. Each sample's squared gradients, added up over
    the input's channels, are made to sum to 1, and the mean is taken over the samples.
    """
    check_seed(seed)
    network, where = part(graph, layer), choose_device(device, runs=True)
    found = [_sample(network, given, at, where, seed + number) for number in range(samples)]
    kept = [energy for energy in found if energy is not None]
    if not kept:
        raise NoGradient
    return _described(torch.stack(kept).mean(0), len(kept))


def _sample(network: Graph, given: int, at: Sequence[int], device: torch.device, seed: int) -> torch.Tensor | None:
    """The shares of one random network at one random input; None where nothing comes through."""
    module = build_graph(network, seed=seed, device=device).eval()
    noise = torch.Generator().manual_seed(seed)
    inputs = [torch.randn(1, *each.shape, generator=noise).to(device) for each in network.inputs]
    inputs[given].requires_grad_(True)
    places: tuple[slice | int, ...] = (slice(None), slice(None), *at)
    unit = module(*inputs)[places].sum()
    if not unit.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(unit, [inputs[given]], allow_unused=True)
    if gradient is None:
        return None
    energy: torch.Tensor = gradient[0].cpu().double().square().sum(0)
    whole = float(energy.sum())
    return energy / whole if isfinite(whole) and whole > 0 else None


def part(graph: Graph, layer: int) -> Graph:
    """The network that ends with one layer: all that it depends on, and whose weights are shared."""
    found = {layer}
    for index in range(len(graph.nodes) - 1, -1, -1):
        if index in found:
            node = graph.nodes[index]
            found.update([tensor.node for tensor in node.inputs if tensor.node >= 0])
            found.update([] if node.shares is None else [node.shares])
    place = {old: new for new, old in enumerate(sorted(found))}
    nodes = []
    for index in place:
        node = graph.nodes[index]
        inputs = tuple([tensor._replace(node=place.get(tensor.node, tensor.node)) for tensor in node.inputs])
        nodes.append(node._replace(inputs=inputs, shares=None if node.shares is None else place[node.shares]))
    return graph._replace(nodes=tuple(nodes), outputs=(Output("unit", Tensor(place[layer])),))


# --- what the gradients say --------------------------------------------------------------


def _described(energy: torch.Tensor, samples: int) -> Effective:
    size = tuple(energy.shape)
    boxes = tuple([_box(energy, share) for share in SHARES])
    held = tuple([float(energy[tuple([slice(a, b + 1) for a, b in box])].sum()) for box in boxes])
    area = int((energy.sqrt() >= FAINTEST * energy.sqrt().max()).sum())
    centres, radii = [], []
    for axis in range(len(size)):
        other = [each for each in range(len(size)) if each != axis]
        along = energy.sum(other) if other else energy
        places = torch.arange(size[axis], dtype=torch.float64)
        mean = float((along * places).sum())
        centres.append(mean)
        radii.append(float((along * (places - mean) ** 2).sum()) ** 0.5)
    return Effective(energy.tolist(), boxes, held, area, tuple(radii), tuple(centres), samples)


def _box(energy: torch.Tensor, share: float) -> tuple[tuple[int, int], ...]:
    """A small box that holds the share: the weakest side is taken off again and again while enough is left."""
    box = [[0, length - 1] for length in energy.shape]
    left = float(energy.sum())
    while True:
        sides = []
        for axis, (first, last) in enumerate(box):
            if first < last:
                for end, place in ((0, first), (1, last)):
                    cut = [slice(a, b + 1) for a, b in box]
                    cut[axis] = slice(place, place + 1)
                    sides.append((float(energy[tuple(cut)].sum()), axis, end))
        weakest = min(sides, default=None)
        if weakest is None or left - weakest[0] < share:
            return tuple([(first, last) for first, last in box])
        left -= weakest[0]
        box[weakest[1]][weakest[2]] += 1 if weakest[2] == 0 else -1
