"""Drawings of receptive fields: growth over depth, a unit's field on the input, its effective field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.numbers import percent
from cnninspect.reports.rf_layer import extents, title
from cnninspect.reports.rf_lines import AXES, lines, written
from cnninspect.reports.svg_field import field, heat, runs
from cnninspect.reports.svg_growth import Step, growth
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import ReceptiveFields
    from cnninspect.reports.rf_effective import Measured
    from cnninspect.reports.rf_layer import Unit
    from cnninspect.reports.rf_lines import Line
    from cnninspect.reports.svg import Drawing

KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"RIFF": "image/webp",
}
"""How the files of pictures begin that every viewer of SVG shows."""


def media_type(data: bytes) -> str | None:
    """What kind of picture a file holds; None where it is none, or one that is cut off."""
    kind = next((kind for head, kind in KINDS.items() if data.startswith(head)), None)
    whole = {
        "image/png": b"IEND" in data[-64:],
        "image/jpeg": b"\xff\xd9" in data[-4096:],
        "image/gif": b";" in data[-64:],
        "image/webp": data[8:12] == b"WEBP",
    }
    return kind if kind is not None and whole[kind] else None


def curve(report: ReceptiveFields, given: int) -> Drawing:
    """The growth of the field on one input over the depth of the network."""
    graph = report.graph
    image = graph.inputs[given]
    axes = AXES.get(len(image.shape) - 1, ())
    steps = [_step(one, len(axes)) for one in lines(report, given) if one.runs]
    name = "" if image.name == "input" else f" {clip(image.name)}"
    subtitle = f"input{name} {' × '.join(map(str, image.shape))}"
    return growth(f"{clip(graph.name)}: receptive field over depth", subtitle, steps, image.shape[1:], axes)


def _step(one: Line, rank: int) -> Step:
    found = one.field
    if found is None:
        return Step(clip(one.node.name), clip(one.node.op), (None,) * rank, whole=False, strides=("?",) * rank)
    strides = tuple([written(jump) for jump in found.jump])
    return Step(clip(one.node.name), clip(one.node.op), found.size, any(found.whole), strides)


def on_input(one: Unit, photo: tuple[str, bytes] | None) -> Drawing:
    """The field of a unit on the input, over a photo where there is one."""
    rows, columns = extents(one)
    return field(title(one), notes(one), rows, columns, photo)


def notes(one: Unit) -> list[str]:
    """What stands above and below the picture."""
    found = one.line.field
    assert found is not None
    size = " × ".join(map(str, found.size))
    told = [f"input {' × '.join(map(str, one.image))}; the field is {size}, a step {_by(found.jump)}"]
    seen = [_seen(mask, size) for mask, size in zip(one.seen, one.image[1:], strict=True)]
    told.append("sees " + " × ".join(seen) + f"; {percent(one.padding)} of the window is padding")
    if len(one.image) > 3:  # noqa: PLR2004 - a volume
        told.append("the last two axes are drawn")
    return told


def _by(values: Sequence[object]) -> str:
    return " × ".join(map(written, values))


def _seen(mask: int, size: int) -> str:
    found = runs(mask, size)
    return f"{found[0][0]}–{found[-1][1]}" if found else "nothing"


def effective(one: Unit, measured: Measured) -> Drawing:
    """The effective field of a unit on the input."""
    rows, columns = extents(one)
    box = measured.boxes[-1]
    ends = (box[-2] if len(box) > 1 else (0, 0)), box[-1]
    told = [notes(one)[0], f"effective field of {measured.samples} random networks; brightness by the gradient's size"]
    told.append(
        f"a box of {' × '.join([str(last - first + 1) for first, last in box])} holds {percent(measured.held[-1])} "
        f"of the squared gradient; {percent(measured.part)} of the field is effective"
    )
    return heat(f"{title(one)}: effective field", told, measured.plane, rows, columns, ends)
