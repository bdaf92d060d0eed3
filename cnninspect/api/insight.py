"""What follows from the whole network: what each layer sees, what it needs in memory, which inputs it takes."""

from __future__ import annotations

from os import fspath
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, find_source
from cnninspect.api.running import require_torch
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.analysis.limits import Limits
    from cnninspect.api.reading import Path
    from cnninspect.backends.build import Device
    from cnninspect.backends.effective import Effective
    from cnninspect.ir import Graph
    from cnninspect.passes.field import Fields
    from cnninspect.passes.field_checks import Misaligned
    from cnninspect.passes.field_flow import Flow
    from cnninspect.passes.field_sight import Axes
    from cnninspect.passes.memory import Largest, Memory
    from cnninspect.values import Shape


Places = tuple[tuple[int, ...], ...]
"""Positions on each spatial axis of an input."""


class ReceptiveFields(Record):
    """What the layers of a network see of its inputs."""

    graph: Graph
    runs: tuple[bool, ...]
    """For each layer whether it runs at inference."""
    through_gates: bool
    fields: Fields
    """For each layer its field by the index of the input; None where unknown, absent where it sees nothing."""
    misaligned: tuple[Misaligned, ...]
    unproductive: tuple[tuple[int, ...], ...]
    """For each input the layers that slide a window over what already sees all of it."""
    resolutions: tuple[tuple[tuple[int, int], ...] | None, ...]
    """For each input, for each axis, the smallest and the largest size that suit; None where they cannot be told."""
    unseen: tuple[Places | None, ...]
    """For each input, for each axis, the positions that no output sees; None where they cannot be told."""
    flows: tuple[Flow[Axes], ...]
    """What follows from layer to layer, for each input."""

    def window(self, layer: int, given: int, at: Sequence[int]) -> tuple[tuple[int, int], ...] | None:
        """Where the field of a unit begins and ends on each axis of an input, were the input without borders."""
        from cnninspect.passes.field_sets import join

        field, flow = self.fields[layer].get(given), self.flows[given]
        axes = flow.states[flow.all_of(layer)]
        if field is None or axes is None:
            return None
        found = []
        for several, whole, start, size in zip(axes, field.whole, field.start, field.size):  # noqa: B905 - one an axis
            if not whole and at:
                looks = [family.at(self._place(layer, at, driver)) for driver, family in several]
                start, size, _ = join(looks)  # noqa: PLW2901 - of the unit, where it has a field of its own
            found.append((start, start + size - 1))
        return tuple(found)

    def seen(self, layer: int, given: int, at: Sequence[int]) -> tuple[int, ...] | None:
        """What the units of a layer at a position see of each axis of an input, a bit a position; None if unknown."""
        from cnninspect.passes.field_sets import join, places
        from cnninspect.passes.support import support

        found = support(self.graph, through_gates=self.through_gates)[layer].get(given)
        if found is None or not at:
            return None if found is None else found.at(at)
        return tuple(
            [places(join([sets[self._place(layer, at, driver)] for driver, sets in lines])) for lines in found.axes]
        )

    def _place(self, layer: int, at: Sequence[int], driver: int) -> int:
        """The position on the axis that counts; of a first axis that is one of places, as after a permute, the middle."""
        if driver > 0:
            return at[driver - 1]
        return 0 if driver < 0 else (self.graph.nodes[layer].outputs[0] or (0,))[0] // 2


def receptive_fields(graph: Graph, *, through_gates: bool = False) -> ReceptiveFields:
    """What every layer sees of every input; ``through_gates`` leaves out paths that only weigh what others see."""
    from cnninspect.passes.dropped import unread
    from cnninspect.passes.field import fields, flows
    from cnninspect.passes.field_checks import misaligned, resolutions, unproductive
    from cnninspect.passes.usage import at_inference

    found = flows(graph, through_gates=through_gates)
    seen = fields(graph, found=found)
    trunk = seen if through_gates else fields(graph, through_gates=True)
    indices = range(len(graph.inputs))
    nobody = unread(graph)
    return ReceptiveFields(
        graph,
        tuple(at_inference(graph)),
        through_gates,
        seen,
        tuple(misaligned(graph, found=found)),
        tuple([tuple(unproductive(graph, trunk, index)) for index in indices]),
        tuple([resolutions(graph, trunk, index) for index in indices]),
        tuple([_unseen(graph, seen, index, nobody[given.name]) for index, given in enumerate(graph.inputs)]),
        tuple(found),
    )


def _unseen(graph: Graph, fields: Fields, index: int, unread: Places) -> Places | None:
    """The positions of an input that no output sees; None where the field of an output cannot be told."""
    heads = [output.tensor.node for output in graph.outputs if output.tensor.node >= 0]
    return None if any(index in fields[head] and fields[head][index] is None for head in heads) else unread


def widest_field(graph: Graph) -> tuple[int, ...] | None:
    """The largest field of any unit on the first input, per axis, gates looked through; None where it is unknown."""
    from cnninspect.passes.field import fields
    from cnninspect.passes.field_checks import resolutions

    found = resolutions(graph, fields(graph, through_gates=True), 0)
    return None if found is None else tuple([largest for _, largest in found])


def effective_field(  # noqa: PLR0913 - what to measure, by keyword
    graph: Graph,
    layer: int,
    given: int,
    at: Sequence[int],
    *,
    seed: int = 0,
    samples: int = 16,
    device: Device = "cpu",
) -> Effective:
    """What the unit of a layer at a position really looks at of an input, measured over random networks.

    Raises CannotRun where there is no torch, or nothing of the unit's gradient reaches the input.
    """
    require_torch("measuring the effective field")
    from cnninspect.backends.effective import NoGradient, measure

    try:
        return measure(graph, layer, given, at, seed=seed, samples=samples, device=device)
    except NoGradient:
        name = clip(graph.nodes[layer].name)
        why = f"no gradient of '{name}' reaches the input in any of {samples} random networks"
        raise CannotRun(Problem("cannot-measure", why, help="another --seed or --layer")) from None
    except Problem as problem:
        raise CannotRun(problem) from None


def memory(
    graph: Graph,
    *,
    batch: int = 1,
    dtype: str = "float32",
    optimizer: str = "sgd",
    device_bytes: int | None = None,
) -> tuple[Memory, Largest | None]:
    """What a network needs in memory for inference and for a training step, as torch allocates it.

    ``optimizer`` is sgd, momentum, adam or adamw. With ``device_bytes`` also the largest batches that fit.
    """
    from cnninspect.passes.cost import DTYPES
    from cnninspect.passes.memory import OPTIMIZERS, largest_batch, memory

    for what, word, known in (("dtype", dtype, DTYPES), ("optimizer", optimizer, OPTIMIZERS)):
        if word not in known:
            message = f"unknown {what} '{clip(word)}': use {', '.join(known)}"
            raise ValueError(message)
    found = memory(graph, batch=batch, dtype=dtype, optimizer=optimizer)
    if device_bytes is None:
        return found, None
    return found, largest_batch(graph, device_bytes, dtype=dtype, optimizer=optimizer)


def limits(  # noqa: PLR0913 - what a caller may ask of a model, by keyword
    model: Path,
    *,
    axes: Sequence[str] = (),
    input_name: str | None = None,
    sizes: Sequence[int] = (),
    batch: int = 1,
    dtype: str = "float32",
    variant: str | None = None,
    sets: Mapping[str, object] | None = None,
    inputs: Mapping[str | None, Shape] | None = None,
    text: str | None = None,
    outside: bool = False,
) -> Limits:
    """Which input sizes a model accepts, what breaks on the others, and how its costs grow with them.

    ``axes`` are height, width, depth, length and together, all of them where none is named; inputs of equal sizes
    vary together unless one is named. ``sizes`` are those of the table, otherwise chosen around the declared one.
    What is wrong with the model is in ``loaded``; CannotRun is raised as ``read`` does, and where there is no such
    axis or input.
    """
    from cnninspect.analysis.limits import Wish, limits
    from cnninspect.frontends import locate
    from cnninspect.frontends.yaml.load import Wanted
    from cnninspect.frontends.yaml.resizing import Again
    from cnninspect.frontends.yaml.source import BadText

    model = fspath(model)
    try:
        source, chosen = find_source(model, variant, text)
    except BadText as bad:
        return limits(locate.broken(model, bad), Wish())
    wanted = Wanted(chosen, sets or {}, inputs or {})
    try:
        wish = Wish(tuple(axes), input_name, tuple(sizes), batch, dtype)
        return limits(Again(source, wanted, locate.Opener(outside=outside)), wish)
    except Problem as problem:
        raise CannotRun(problem) from None
