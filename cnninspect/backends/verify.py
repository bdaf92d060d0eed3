"""Every figure that the static engine states of a network, held against the network itself, built and run.

On a device all is computed. On torch's meta device nothing is: shapes, weights, multiply-accumulates and what
backward keeps are torch's own nevertheless, for networks that would take long or not fit. What was not measured
is unknown, with the reason, and never said to agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from cnninspect.backends.build import build_graph, choose_device
from cnninspect.backends.verify_figures import AGREED, DIFFERS, UNKNOWN, Figure, Shown, held, unknown
from cnninspect.backends.verify_runs import LEFT_OUT, NOT_RUN, Ran, evaluated, learned
from cnninspect.backends.verify_values import Twin, fields
from cnninspect.backends.verify_weights import unused, used, weights
from cnninspect.passes.cost import costs, total
from cnninspect.passes.memory import memory_totals
from cnninspect.passes.usage import at_inference
from cnninspect.records import Record
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.ir import Graph

NAMES = (
    "shapes", "outputs", "state_dict", "parameters", "trainable", "buffers", "weight bytes", "MACs",
    "saved for backward", "gradients", "peak activations", "receptive field", "determinism",
)  # fmt: skip
NOTHING_COMPUTED = "the meta device computes no values"


class Verified(Record):
    """A network, and what became of every figure."""

    graph: Graph
    batch: int
    figures: tuple[Figure, ...]
    unused: tuple[str, ...]
    """Layers with weights that are on no path to an output: no gradient reaches them."""

    @property
    def differs(self) -> bool:
        """Whether any figure is another one than stated."""
        return any(figure.verdict == DIFFERS for figure in self.figures)


def verify_graph(  # noqa: PLR0913 - what to hold against what, by keyword
    graph: Graph,
    *,
    small: Graph | None = None,
    batch: int = 2,
    seed: int = 0,
    device: str | torch.device = "cpu",
    thorough: bool = False,
    training: bool = True,
) -> Verified:
    """Hold a graph against torch; without ``training`` at inference only.

    With ``small``, the same network for a smaller input, or on the meta device, nothing of the graph itself is
    computed; what needs values is measured on the small one.
    """
    where = choose_device(device)
    meta = torch.device("meta")
    figures = [
        *_Held(graph, batch, seed, meta if small is not None else where, thorough=thorough, training=training).figures()
    ]
    if small is not None:
        figures = [figure for figure in figures if figure.name not in NAMES[-3:]]
        figures += [*_Held(small, batch, seed, where, thorough=thorough, training=training).values()]
    return Verified(graph, batch, tuple(figures), unused(graph))


class _Held:
    """One graph on one device."""

    def __init__(  # noqa: PLR0913 - as verify_graph takes them
        self, graph: Graph, batch: int, seed: int, device: torch.device, *, thorough: bool, training: bool
    ) -> None:
        self.graph = graph
        self.batch = batch
        self.seed = seed
        self.device = device
        self.thorough = thorough
        self.training = training
        self.computed = device.type != "meta"
        self.where = f"{device}, {_inputs(graph)}"
        self.network = build_graph(graph, seed=seed if self.computed else None, device=device)
        self.modules = dict(self.network.named_modules())

    def figures(self) -> Iterator[Figure]:
        """Every figure, in the order of NAMES."""
        inference, training = self._runs()
        yield from self._shapes(inference, training)
        yield from [figure._replace(where=self.where) for figure in weights(self.graph, self.network)]
        yield self._macs(inference, training)
        yield self._saved(training)
        yield self._gradients(training)
        yield from self._values(inference, training)

    def values(self) -> Iterator[Figure]:
        """What only values tell, and what else depends on the device."""
        inference, training = self._runs()
        yield from self._shapes(inference, training)
        yield self._saved(training)
        yield from self._values(inference, training)

    def _runs(self) -> tuple[Ran, Ran]:
        given = self.graph, self.network, self.batch, self.seed, self.device
        found = evaluated(*given)
        return found, learned(*given) if self.training else Ran.left_out(found)

    def _figure(self, name: str, stated: Shown, measured: Shown, **more: object) -> Figure:
        return held(name, stated, measured, self.where, **more)  # type: ignore[arg-type]

    def _shapes(self, *runs: Ran) -> Iterator[Figure]:
        for run in runs:
            if run.error is not None and run.error.note != LEFT_OUT:
                yield run.error._replace(name="shapes", where=self.where)
                yield unknown("outputs", self.where, NOT_RUN)
                return
        runs = tuple([run for run in runs if run.error is None])
        wrong = next((found for run in runs for found in run.shapes.wrong), None)
        count = sum([run.shapes.seen for run in runs])
        right = count - sum([len(run.shapes.wrong) for run in runs])
        note = f"tensors, {' and '.join([run.mode for run in runs])}" + (f": {wrong.note}" if wrong else "")
        yield self._figure("shapes", count, right, layer=wrong and wrong.layer, note=note)
        heads = [head for run in runs for head in run.stated]
        found = [head for run in runs for head in run.heads]
        odd = next((pair for pair in zip(heads, found) if pair[0] != pair[1]), None)  # noqa: B905
        note = "heads and their shapes, " + " and ".join([run.mode for run in runs])
        if heads == found:
            yield self._figure("outputs", len(heads), len(found), note=note)
        else:
            note += f": {odd[0]} is {odd[1]}" if odd else ": not as many"
            yield self._figure("outputs", len(heads), len(found), note=note)._replace(verdict=DIFFERS)

    def _macs(self, *runs: Ran) -> Figure:
        if any(run.error is not None and run.error.note != LEFT_OUT for run in runs):
            return unknown("MACs", self.where, NOT_RUN)
        cost = costs(self.graph, self.batch)
        stated = total(cost, at_inference(self.graph)).macs
        inference, training = [self._connected(run.macs) for run in runs]
        measured = sum(inference.values())
        unseen = {index for index in {*inference, *training} if self._uncounted(index)}
        for run, found in zip(runs, (inference, training), strict=True):
            for index, macs in found.items():
                if index not in unseen and macs != cost[index].macs:
                    note = f"the layer has {macs:,}, stated {cost[index].macs:,}, {run.mode}"
                    figure = self._figure("MACs", stated, measured, note=note)
                    return figure._replace(verdict=DIFFERS, layer=self.graph.nodes[index].name)
        if unseen:
            first = min(unseen)
            why = f"torch's counter does not see those of '{self.graph.nodes[first].name}': {self._uncounted(first)}"
            return Figure("MACs", UNKNOWN, stated, measured, self.where, self.graph.nodes[first].name, why)
        note = f"of each layer; {sum(training.values()):,} with the heads for training" if training else "of each layer"
        if inference != runs[0].macs:
            note += "; zeros that torch multiplies by are left out"
        return self._figure("MACs", stated, measured, note=note)

    def _connected(self, macs: dict[int, int]) -> dict[int, int]:
        """The multiply-accumulates without those of connections that a layer does not have."""
        found = {}
        for index, number in macs.items():
            has, out_of = getattr(self._module(index), "connected", (1, 1))
            found[index] = number * has // out_of
        return found

    def _uncounted(self, index: int) -> str:
        """Why torch does not count what a layer computes, where it does not."""
        return str(getattr(self._module(index), "uncounted", ""))

    def _module(self, index: int) -> object:
        node = self.graph.nodes[index]
        return self.modules.get(node.name if node.shares is None else self.graph.nodes[node.shares].name)

    def _saved(self, training: Ran) -> Figure:
        if training.error is not None:
            return unknown("saved for backward", self.where, _why(training))
        totals = memory_totals(self.graph, self.batch)
        layer = note = None
        for index, stated in enumerate(totals.saved):
            if stated is not None and stated != training.saved.get(index, 0):
                layer, note = (
                    self.graph.nodes[index].name,
                    f"the layer keeps {training.saved.get(index, 0):,}, stated {stated:,}",
                )
                break
        measured = sum(training.saved.values())
        figure = self._figure(
            "saved for backward", totals.saved_activation_bytes, measured, note=note or "bytes, of each layer"
        )
        if layer is None:
            return figure
        if training.large:
            place, why = next(iter(training.large.items()))
            return figure._replace(verdict=UNKNOWN, layer=self.graph.nodes[place].name, note=why)
        if not self.computed:  # which hands on views where a kernel of the CPU makes a copy
            return figure._replace(verdict=UNKNOWN, layer=layer, note=f"{note}: the meta device is no proof of that")
        return figure._replace(verdict=DIFFERS, layer=layer)

    def _gradients(self, training: Ran) -> Figure:
        if training.error is not None:
            return unknown("gradients", self.where, _why(training))
        expected = used(self.graph)
        reached = [name for name, weight in self.network.named_parameters() if weight.grad is not None]
        wrong = next(
            (name for name in dict.fromkeys([*expected, *reached]) if (name in expected) != (name in reached)), None
        )
        note = "weights that a gradient reaches"
        if wrong is not None:
            note = f"'{wrong}' has {'no gradient and should' if wrong in expected else 'a gradient and should not'}"
        figure = self._figure("gradients", len(expected), len(reached), note=note)
        return figure if wrong is None else figure._replace(verdict=DIFFERS, layer=wrong.rpartition(".")[0])

    def _values(self, inference: Ran, training: Ran) -> Iterator[Figure]:
        if not self.computed:
            for name in NAMES[-3:]:
                yield unknown(name, self.where, NOTHING_COMPUTED)
            return
        twin = Twin(self.graph, self.network, self.batch, self.seed, self.device)
        for name, figure in (
            ("peak activations", twin.peak),
            ("receptive field", lambda: fields(self.graph, self.seed, self.device, thorough=self.thorough)),
            ("determinism", lambda: twin.determinism(inference, training)),
        ):
            try:
                yield figure()._replace(where=self.where)
            except (RuntimeError, Problem) as error:
                yield unknown(name, self.where, str(error).partition("\n")[0])


def _why(run: Ran) -> str:
    return LEFT_OUT if run.error is not None and run.error.note == LEFT_OUT else NOT_RUN


def _inputs(graph: Graph) -> str:
    return " ".join(["x".join(map(str, given.shape)) for given in graph.inputs])


__all__ = ["AGREED", "DIFFERS", "NAMES", "UNKNOWN", "Figure", "Verified", "verify_graph"]
