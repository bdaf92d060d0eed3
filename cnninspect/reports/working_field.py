"""What one unit of a layer sees of the network's input, worked out from what its own input sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.reshape import axis_name
from cnninspect.passes.field import Field
from cnninspect.reports.working_window import Row, Section, say
from cnninspect.workings import Line, number

if TYPE_CHECKING:
    from cnninspect.ir import Graph, Tensor
    from cnninspect.passes.field import Fields


def field_section(graph: Graph, index: int, found: Fields) -> Section:
    """The receptive field of a layer: the step from its input's where there is a plain window, the result otherwise."""
    rows: list[Row] = []
    for given in range(len(graph.inputs)):
        name = f"{graph.inputs[given].name}: " if len(graph.inputs) > 1 else ""
        if given not in found[index]:
            rows.append(say(f"{name}none", "it sees nothing of this input"))
            continue
        field = found[index][given]
        if field is None:
            rows.append(say(f"{name}unknown", "? (it cannot be followed through every layer above)"))
        else:
            rows += _axes(name, field, graph.inputs[given].shape, _steps(graph, index, found, given, field))
    return Section("receptive_field", "Receptive field", tuple(rows))


def _axes(name: str, field: Field, image: tuple[int, ...], steps: list[tuple[Line, ...] | None]) -> list[Row]:
    """The rows of every axis of the image, equal axes together."""
    groups: dict[tuple[Line, ...], list[str]] = {}
    for axis in range(len(field.size)):
        lines = steps[axis] or _result(field, axis, image[axis + 1])
        groups.setdefault(lines, []).append(axis_name(axis + 1, len(field.size)))
    rows = []
    for lines, names in groups.items():
        rows += [Row("" if at else name + ", ".join(names), line) for at, line in enumerate(lines)]
    return rows or [say(f"{name}none", "the input has no places, so there is no field")]


def _result(field: Field, axis: int, length: int) -> tuple[Line, ...]:
    """What there is to say without a formula."""
    if field.whole[axis]:
        span, start = field.size[axis], field.start[axis]
        if span >= length:
            return (Line("", f"all {number(length)}", None, "every output sees the whole axis"),)
        return (Line("", f"{number(span)} from {number(start)}", None, "every output sees the same part of the axis"),)
    size = number(field.size[axis])
    if field.least[axis] < field.most[axis]:
        size += f" ({number(field.least[axis])} to {number(field.most[axis])} for single outputs)"
    jump = field.jump[axis]
    words = "differs between the paths" if jump is None else number(jump) if isinstance(jump, int) else f"{jump:g}"
    return (
        Line("size", size, None),
        Line("jump", words, None, "image positions from one output to the next"),
        Line("start", number(field.start[axis]), None, _first(varies=field.varies[axis])),
    )


def _first(*, varies: bool) -> str:
    return (
        "the first position of the field, over outputs that vary" if varies else "the first position that output 0 sees"
    )


def _steps(graph: Graph, index: int, found: Fields, given: int, field: Field) -> list[tuple[Line, ...] | None]:
    """For each axis the step from the input's field, None where it would not be the whole story."""
    rank = len(field.size)
    node = graph.nodes[index]
    window = node.facts.window if node.facts is not None else None
    if window is None or window.transposed or len(node.inputs) != 1 or len(window.kernel) != rank:
        return [None] * rank
    before = _of(graph, node.inputs[0], found, given)
    if before is None:
        return [None] * rank
    return [
        _step(before, field, axis, (window.kernel[axis] - 1) * window.dilation[axis] + 1, window.stride[axis],
              window.pads[axis][0]) for axis in range(rank)
    ]  # fmt: skip


def _of(graph: Graph, tensor: Tensor, found: Fields, given: int) -> Field | None:
    """What a tensor sees of an input; an input sees itself."""
    if tensor.node >= 0:
        return found[tensor.node].get(given) if len(graph.nodes[tensor.node].outputs) == 1 else None
    rank = len(graph.inputs[given].shape) - 1
    ones, zeros, no = (1,) * rank, (0,) * rank, (False,) * rank
    return Field(ones, zeros, ones, ones, no, no, ones, ones, ones) if tensor.node == -1 - given else None


def _step(before: Field, after: Field, axis: int, reach: int, stride: int, pad: int) -> tuple[Line, ...] | None:  # noqa: PLR0913 - one axis
    """The step size + (extent − 1) · jump, jump · stride, start − padding · jump, where the pass found that too."""
    size, start, jump = before.size[axis], before.start[axis], before.jump[axis]
    if not isinstance(jump, int) or before.whole[axis]:
        return None
    made = (size + (reach - 1) * jump, jump * stride, start - pad * jump)
    if after.whole[axis] or made != (after.size[axis], after.jump[axis], after.start[axis]):
        return None
    shift = f"{number(start)} {'−' if pad >= 0 else '+'} {number(abs(pad))}·{number(jump)}"
    return (
        Line(
            "size",
            f"{number(size)} + ({number(reach)} − 1)·{number(jump)}",
            made[0],
            "size before + (extent − 1) · jump before",
        ),
        Line("jump", f"{number(jump)}·{number(stride)}", made[1], "jump before · stride"),
        Line("start", shift, made[2], "start before − padding · jump before"),
    )
