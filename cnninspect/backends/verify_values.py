"""The figures that only values tell: what is alive at once, what layers see, whether two runs are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnninspect.backends.build import build_graph
from cnninspect.backends.measure import probed
from cnninspect.backends.measure_field import chosen, sights
from cnninspect.backends.measure_memory import Alive
from cnninspect.backends.verify_figures import DIFFERS, UNKNOWN, Figure, held, unknown
from cnninspect.backends.verify_runs import LEFT_OUT, NOT_RUN, heads_of, samples, seeded
from cnninspect.passes.cost import costs
from cnninspect.passes.liveness import in_place
from cnninspect.passes.memory import memory_totals

if TYPE_CHECKING:
    from cnninspect.backends.build_network import Network
    from cnninspect.backends.verify_runs import Ran
    from cnninspect.ir import Graph

SOME = 5
"""How many layers are measured when not all of them are."""
DEAREST = 4 * 10**9
"""Multiply-accumulates of one sample beyond which a receptive field takes too long unless asked for."""


class Twin:
    """The network built again with the same seed, in place as far as inference alone allows."""

    def __init__(self, graph: Graph, network: Network, batch: int, seed: int, device: torch.device) -> None:
        self.graph = graph
        self.network = network
        self.batch = batch
        self.seed = seed
        self.device = device
        self.twin = build_graph(graph, seed=seed, device=device, in_place=in_place(graph, training=False)).eval()
        self.made: dict[str, torch.Tensor] = {}

    def peak(self) -> Figure:
        """The most bytes of activations alive at once at inference, every storage that an operator makes counted."""
        graph, alive = self.graph, Alive(self.twin)
        boxes = [[tensor] for tensor in samples(graph, self.batch, self.seed, self.device)]
        with torch.no_grad(), alive:
            made = probed(self.twin, alive)(*boxes)
        self.made = heads_of(graph, made, training=False)
        totals = memory_totals(graph, self.batch)
        stated = totals.peak_activation_bytes
        if alive.notes and stated != alive.peak:
            node, why = next(iter(alive.notes.items()))
            return Figure("peak activations", UNKNOWN, stated, None, "", graph.nodes[node].name, why)
        figure = held("peak activations", stated, alive.peak, "", note="bytes, built for inference")
        if figure.verdict != DIFFERS:
            return figure
        pairs = [(index, found, alive.each.get(index)) for index, found in enumerate(totals.alive)]
        odd = next((index for index, found, measured in pairs if found is not None and found != measured), None)
        return figure._replace(layer=None if odd is None else graph.nodes[odd].name)

    def determinism(self, inference: Ran, training: Ran) -> Figure:
        """The same seed gives the same weights, and the same input the same outputs, bit for bit."""
        if any(run.error is not None and run.error.note != LEFT_OUT for run in (inference, training)):
            return unknown("determinism", "", NOT_RUN)
        pairs = [*zip(self.network.named_parameters(), self.twin.parameters(), strict=True)]
        odd = next((name for (name, one), other in pairs if not same(one, other)), None)
        if odd is not None:
            figure = held("determinism", len(pairs), 0, "", note=f"'{odd}' is another one with the same seed")
            return figure._replace(verdict=DIFFERS, layer=odd.rpartition(".")[0])
        again = self._train() if training.made else {}
        count = len(pairs) + len(inference.made) + len(training.made)
        wrong = [f"'{name}' at inference" for name, one in inference.made.items() if not same(one, self.made[name])]
        wrong += [f"'{name}' in training" for name, one in training.made.items() if not same(one, again[name])]
        note = (
            f"{wrong[0]} is another one in the second run" if wrong else "weights and heads, bit for bit, of two runs"
        )
        return held("determinism", count, count - len(wrong), "", note=note)

    def _train(self) -> dict[str, torch.Tensor]:
        with torch.no_grad(), seeded(self.seed, self.device):
            given = samples(self.graph, self.batch, self.seed, self.device)
            return heads_of(self.graph, self.network.train()(*given), training=True)


def fields(graph: Graph, seed: int, device: torch.device, *, thorough: bool) -> Figure:
    """The positions of the inputs that layers see, held against where gradients are not zero."""
    name = "receptive field"
    macs = sum([cost.macs or 0 for cost in costs(graph)])
    if macs > DEAREST and not thorough:
        return unknown(name, "", f"{macs:,} MACs a sample take long in float64; --thorough measures them")
    nodes = chosen(graph, None if thorough else SOME)
    found = sights(graph, nodes, seed=seed, device=device)
    stated, measured = (sum([getattr(one, side).bit_count() for one in found.found]) for side in ("stated", "measured"))
    wrong = next((one for one in found.found if one.measured & ~one.stated), None)
    if wrong is not None:
        figure = held(name, stated, measured, "", note=f"sees more than stated on axis {wrong.axis}")
        return figure._replace(verdict=DIFFERS, layer=graph.nodes[wrong.node].name)
    missed = next((one for one in found.found if one.measured != one.stated), None)
    if missed is not None:
        why = f"gradients of {found.samples} random networks reached fewer positions than stated: no proof of either"
        return Figure(name, UNKNOWN, stated, measured, "", graph.nodes[missed.node].name, why)
    count = len(nodes) - len(found.unknown)
    if not count or not found.found:
        return unknown(name, "", "nothing is stated" if found.unknown else "the inputs have no positions")
    return held(name, stated, measured, "", note=f"positions that the middle of {count} layers see, by gradient")


def same(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether two tensors are the same, bit for bit; a NaN is itself."""
    return one.shape == other.shape and torch.equal(one.nan_to_num(), other.nan_to_num())
