"""What the reports on receptive fields say of each layer: its field, the middle unit's window, remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import ReceptiveFields
    from cnninspect.ir import Node
    from cnninspect.passes.field import Field
    from cnninspect.values import Shape

    Window = tuple[tuple[int, int], ...]
    """The first and last position on each axis; beyond the border they are padding."""

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
ROWS = {1: ("positions",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}


class Line(Record):
    """One layer with respect to one input."""

    node: Node
    runs: bool
    """False for a layer that exists only while the network learns."""
    field: Field | None
    """None where it is unknown."""
    unit: tuple[int, ...]
    """The position of the unit in the middle of its map; empty where the layer has no places."""
    window: Window | None
    """Where that unit's field begins and ends."""
    share: float | None
    """How much of the input lies within the window."""
    padding: float | None
    """How much of the window lies beyond the input's border."""
    exceeds: bool
    """Whether the field is larger than the input on an axis, though the layer is not global."""
    misaligned: bool
    """Whether paths that meet in it disagree about centres or strides."""
    unproductive: bool
    """Whether it slides a window over what already sees all of the input."""


def lines(report: ReceptiveFields, given: int) -> list[Line]:
    """A line for each layer that depends on an input, in the order in which they run."""
    return [line(report, index, given) for index, found in enumerate(report.fields) if given in found]


def line(report: ReceptiveFields, layer: int, given: int) -> Line:
    """A layer that depends on an input."""
    node, field = report.graph.nodes[layer], report.fields[layer][given]
    image = report.graph.inputs[given].shape
    unit = middle(node.outputs[0])
    seen = None if len(image) == 1 else report.window(layer, given, unit)
    return Line(
        node,
        report.runs[layer],
        field,
        unit,
        seen,
        None if seen is None else share_inside(seen, image),
        None if seen is None else share_beyond(seen, image),
        exceeds=field is not None and any(outgrows(field, image)),
        misaligned=any(found.node == layer and found.input == given for found in report.misaligned),
        unproductive=layer in report.unproductive[given],
    )


def middle(shape: Shape | None) -> tuple[int, ...]:
    """The unit in the middle of a map; of two in the middle the later one."""
    return tuple([size // 2 for size in (shape or ())[1:]])


def outgrows(field: Field, image: Shape) -> list[bool]:
    """For each axis whether the field is larger than the input by the windows on the way to it."""
    return [size > length and not whole for size, length, whole in zip(field.size, image[1:], field.whole, strict=True)]


def share_inside(seen: Window, image: Shape) -> float:
    """How much of the input lies within a window."""
    share = 1.0
    for (first, last), size in zip(seen, image[1:], strict=True):
        share *= _overlap(first, last, size) / size
    return share


def share_beyond(seen: Window, image: Shape) -> float:
    """How much of a window lies beyond the border."""
    inside, total = 1, 1
    for (first, last), size in zip(seen, image[1:], strict=True):
        inside *= _overlap(first, last, size)
        total *= last - first + 1
    return (total - inside) / total if total else 0.0


def _overlap(first: int, last: int, size: int) -> int:
    return max(0, min(last, size - 1) - max(first, 0) + 1)


def remarks(one: Line) -> list[str]:
    """What is special about a layer's field, in a few words each."""
    field = one.field
    if field is None:
        return ["unknown"]
    words = []
    if field.everything and field.whole:
        words.append("global")
    elif any(field.whole):
        axes = AXES.get(len(field.whole), ())
        words.append(
            "all of the " + " and ".join([name for name, whole in zip(axes, field.whole, strict=True) if whole])
        )
    if None in field.steps and not field.everything:
        words.append("paths of unlike strides")
    if any(field.varies):
        words.append(f"varies, {_range(field)} a unit")
    if any(seen < size for seen, size in zip(field.seen, field.size, strict=True)):
        words.append("holes")
    if one.misaligned:
        words.append("misaligned")
    if one.unproductive:
        words.append("unproductive")
    elif one.exceeds:
        words.append("exceeds the input")
    return words if one.runs else [*words, "training only"]


def _range(field: Field) -> str:
    """The sizes that single units have: ``2–3``, for each axis where they differ."""
    spans = [str(low) if low == high else f"{low}–{high}" for low, high in zip(field.least, field.most, strict=True)]
    return "×".join(spans)


def per_axis(values: Sequence[object], times: str = "×") -> str:
    """Figures of all axes, once where they are alike."""
    texts = [written(value) for value in values]
    return texts[0] if len({*texts}) == 1 else times.join(texts)


def written(value: object) -> str:
    """A figure as short as it is exact enough to read: ``2``, ``-0.5``, ``0.333``; ``?`` where it is unknown."""
    if value is None:
        return "?"
    if isinstance(value, float):
        return f"{value:.0f}" if value == round(value) else f"{value:.4g}" if abs(value) < 1 else f"{value:.1f}"
    return str(value)
