"""Which inputs a network accepts, what breaks on the others, and at which sizes nothing is left over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.analysis.axes import Moved, moves, scan, total_stride
from cnninspect.analysis.growing import Figures, Growth, grow
from cnninspect.analysis.patterns import Pattern, describe
from cnninspect.analysis.probe import BUDGET, Probe, Refusal, TooDear
from cnninspect.frontends.yaml.resizing import Again
from cnninspect.passes.dropped import Dropped, dropped, unread
from cnninspect.records import Record
from cnninspect.values import Problem, clip, show_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cnninspect.analysis.axes import Scan
    from cnninspect.analysis.tracing import Passed
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.ir import Input
    from cnninspect.values import Shape

FARTHEST = 2048
"""Up to here every size is tried where the growth table asks for as much; beyond, those of the table alone."""


class At(Record):
    """A size that is refused, and why."""

    size: int
    why: Refusal


class Break(Record):
    """A layer that is the first to refuse some sizes."""

    example: At
    """The largest such size that is no larger than the declared one, otherwise the smallest."""
    sizes: Pattern


class Near(Record):
    """The sizes of a set that are nearest to the declared one."""

    below: int | None
    above: int | None


class AxisLimits(Record):
    """What the sizes of one axis, or of several together, may be."""

    moved: Moved
    accepted: Pattern
    near: Near
    below: At | None
    """What breaks one below the smallest accepted size."""
    above: At | None
    """What breaks one above the largest, where the accepted sizes end."""
    heads: Pattern
    """The sizes at which the training heads work as well."""
    heads_below: At | None
    """What breaks in a training head one below the smallest of these."""
    same_weights: Pattern
    """The sizes at which every weight has the shape that it has at the declared size."""
    whole: Pattern
    """The sizes at which no window leaves a cell over, padding included."""
    whole_near: Near
    kept: Pattern
    """The sizes at which no window leaves a cell of its map over; of the padding it may."""
    kept_near: Near
    breaks: tuple[Break, ...]
    complete: bool
    """Whether all was tried that was meant to be: False where elaborating was too costly."""


class Limits(Record):
    """The limits of a network."""

    loaded: Loaded
    """The model at its declared size, with what is to be said of it."""
    inputs: Mapping[str, Shape]
    stride: int
    """The largest product of strides above each other."""
    refused: Refusal | None
    """What breaks at the declared size."""
    axes: tuple[AxisLimits, ...]
    dropped: tuple[Dropped, ...]
    """The layers that leave cells over at the declared size."""
    unread: Mapping[str, tuple[tuple[int, ...], ...]]
    """For each input and spatial axis, the positions at the declared size that no output depends on."""
    growth: tuple[Growth, ...]


class Wish(Record):
    """What is to be found out."""

    axes: tuple[str, ...] = ()
    """The axes by name, all where none is named."""
    input: str | None = None
    """The one input that is moved."""
    sizes: tuple[int, ...] = ()
    """The sizes of the growth table; chosen around the declared one where there are none."""
    batch: int = 1
    dtype: str = "float32"
    formulas: bool = True


def limits(model: Again | Loaded, wish: Wish) -> Limits:
    """Try the model on many inputs and say what was found; a model that cannot be read has no limits."""
    if not isinstance(model, Again) or model.loaded.graph is None:
        loaded = model.loaded if isinstance(model, Again) else model
        return Limits(loaded, {}, 1, None, (), (), {}, ())
    inputs = model.inputs()
    chosen = _chosen(inputs, wish)
    probe = Probe(model)
    declared = tuple([given.shape for given in inputs])
    refused = probe.start(declared)
    if refused is not None:
        _begin(probe, chosen, declared)
    graph = probe.graph(declared) if refused is None else model.loaded.graph
    stride = max([total_stride(graph, moved.rank) for moved in chosen], default=1) if graph is not None else 1
    top = max(wish.sizes, default=0)
    budget = BUDGET // max(len(chosen), 1)
    found, grown = [], []
    for moved in chosen:
        scanned = scan(probe, moved, declared, stride=stride, top=min(top, FARTHEST), budget=budget)
        found.append(_limits(moved, scanned, stride))
    for axis in found:
        if wish.axes or axis.moved is _main(chosen, axis.moved):
            probe.budget = budget
            figures = Figures(probe, axis.moved, declared, wish.batch, wish.dtype)
            middle, period = _middle(axis, declared), axis.accepted.period or 1
            grown.append(grow(figures, middle, stride, wish.sizes, formulas=wish.formulas, period=period))
    whole = graph if refused is None else None
    left, blind = ([], {}) if whole is None else (dropped(whole), unread(whole))
    shapes = {given.name: given.shape for given in inputs}
    return Limits(model.loaded, shapes, stride, refused, tuple(found), tuple(left), blind, tuple(grown))


def _chosen(inputs: Sequence[Input], wish: Wish) -> list[Moved]:
    """What is to be moved; raises a Problem where there is nothing of that name."""
    names = [given.name for given in inputs]
    if wish.input is not None and wish.input not in names:
        help_ = f"the inputs are {', '.join(names)}"
        raise Problem("unknown-input", f"the model has no input called '{clip(wish.input)}'", help=help_)
    every = moves(inputs, wish.input)
    known = list(dict.fromkeys([moved.axis for moved in every]))
    for axis in wish.axes:
        if axis not in known:
            shapes = " and ".join([show_shape(given.shape) for given in inputs])
            help_ = f"it takes {', '.join(known)}" if known else "a vector has no axis to move"
            raise Problem("unknown-axis", f"an input of {shapes} has no axis '{clip(axis)}'", help=help_)
    return [moved for moved in every if not wish.axes or moved.axis in wish.axes]


def _main(chosen: Sequence[Moved], moved: Moved) -> Moved:
    """The first of those that move the same inputs: all axes together where there are several."""
    return next(other for other in chosen if other.inputs == moved.inputs)


def _middle(axis: AxisLimits, declared: Sequence[Shape]) -> int:
    """The declared size, or the accepted one that is next to it."""
    size = axis.moved.declared or max(declared[axis.moved.indices[0]][1:])
    if axis.moved.declared is not None and size not in axis.accepted:
        return axis.near.below or axis.near.above or size
    return size


def _begin(probe: Probe, chosen: Sequence[Moved], declared: Sequence[Shape]) -> None:
    """Find some input that is accepted, for what can be learned from it about the others."""
    for moved in chosen[:1]:
        middle = moved.declared or 1
        for size in sorted([*range(1, 65), *range(middle, middle + 65), *[2**i for i in range(6, 12)]]):
            try:
                if not isinstance(probe.accepts(moved.shapes(declared, size)), Refusal):
                    return
            except TooDear:
                return


def _limits(moved: Moved, scanned: Scan, stride: int) -> AxisLimits:
    passed, refused = scanned.passed, scanned.refused
    tried = list(scanned.found)
    bits = moved.bits
    accepted = describe(tried, passed, stride)
    heads = describe(tried, [size for size, answer in passed.items() if answer.heads is None], stride)
    whole = describe(tried, [size for size, answer in passed.items() if not answer.left & bits], stride)
    kept = describe(tried, [size for size, answer in passed.items() if not answer.lost & bits], stride)
    end = max(refused, default=0)
    return AxisLimits(
        moved=moved,
        accepted=accepted,
        near=_near(passed, moved.declared),
        below=_at(refused, (accepted.least or 0) - 1),
        above=_at(refused, (accepted.most or end) + 1) if accepted.period is None else None,
        heads=heads,
        heads_below=_head(passed, (heads.least or 0) - 1),
        same_weights=describe(tried, [size for size, answer in passed.items() if answer.same], stride),
        whole=whole,
        whole_near=_near([size for size in tried if size in passed and not passed[size].left & bits], moved.declared),
        kept=kept,
        kept_near=_near([size for size in tried if size in passed and not passed[size].lost & bits], moved.declared),
        breaks=_breaks(tried, refused, moved.declared, stride),
        complete=scanned.complete,
    )


def _at(refused: Mapping[int, Refusal], size: int) -> At | None:
    return At(size, refused[size]) if size in refused else None


def _head(passed: Mapping[int, Passed], size: int) -> At | None:
    failed = passed[size].heads if size in passed else None
    if failed is None:
        return None
    node, problem = failed.node, failed.problem
    return At(size, Refusal(problem.code, problem.message, problem.help, node.span, node.name))


def _near(sizes: Iterable[int], declared: int | None) -> Near:
    if declared is None:
        return Near(None, None)
    sizes = list(sizes)
    return Near(
        max([size for size in sizes if size < declared], default=None),
        min([size for size in sizes if size > declared], default=None),
    )


def _breaks(
    tried: Sequence[int], refused: Mapping[int, Refusal], declared: int | None, stride: int
) -> tuple[Break, ...]:
    """The layers that refuse sizes, each with the sizes that it is the first to refuse."""
    groups: dict[tuple[str | None, str, object], list[int]] = {}
    for size, why in refused.items():
        groups.setdefault((why.layer, why.code, why.span), []).append(size)
    found = []
    for sizes in groups.values():
        nearest = max([size for size in sizes if declared is None or size <= declared], default=sizes[0])
        found.append(Break(At(nearest, refused[nearest]), describe(tried, sizes, stride)))
    return tuple(found)
