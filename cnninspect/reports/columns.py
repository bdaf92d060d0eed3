"""The columns that a table may have, each with where its value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.column import Column
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.api import Row, Summary
    from cnninspect.reports.lines import Line
    from cnninspect.values import Shape, Window


def _number(key: str) -> Callable[[Line, Summary], object]:
    return lambda line, _summary: line.number(key)


def _share(key: str) -> Callable[[Line, Summary], object]:
    def value(line: Line, summary: Summary) -> float | str | None:
        if key == "macs" and not line.runs:
            return ""
        part, whole = line.number(key), getattr(summary.totals, key)
        if part is None or whole is None:
            return None
        return part / whole if whole else 0.0

    return value


def _type(line: Line, _summary: Summary) -> str:
    return "" if line.scope else clip(line.rows[0].node.op, 40)


def _block(line: Line, _summary: Summary) -> str:
    """The innermost block that all of it was written in."""
    shared = line.rows[0].node.calls
    for row in line.rows[1:]:
        calls = row.node.calls
        if calls is shared or calls == shared:
            continue
        same = 0
        while same < min(len(calls), len(shared)) and calls[same] == shared[same]:
            same += 1
        shared = shared[:same]
    return clip(shared[-1].block, 40) if shared else ""


def _input(line: Line, summary: Summary) -> tuple[Shape | None, ...]:
    return tuple([summary.graph.shape(tensor) for tensor in line.rows[0].node.inputs])


def _output(line: Line, _summary: Summary) -> tuple[Shape | None, ...]:
    running = [row for row in line.rows if row.runs] or line.rows
    return running[-1].node.outputs


def _training(line: Line, _summary: Summary) -> str:
    """Whether all of it exists only while the network learns."""
    return "" if any(row.runs for row in line.rows) else "yes"


def _shares(line: Line, summary: Summary) -> str:
    """Whose weights it uses."""
    owners = {row.node.shares for row in line.rows} - {None}
    return ", ".join(
        [summary.graph.nodes[owner].name for owner in sorted(owner for owner in owners if owner is not None)]
    )


def _from(line: Line, summary: Summary) -> str:
    return ", ".join([summary.graph.tensor_name(tensor) for tensor in line.rows[0].node.inputs])


def _source(line: Line, _summary: Summary) -> str:
    return clip(str(line.rows[0].node.span), 400)


def _weights(line: Line, _summary: Summary) -> str:
    facts = line.rows[0].node.facts
    if line.scope or facts is None:
        return "" if line.scope else "?"
    return ", ".join([f"{name} {'x'.join(map(str, shape)) or 'scalar'}" for name, shape in facts.weights.items()])


def _options(line: Line, summary: Summary) -> str:
    """What is special about a layer: its window in short, then the other options as they were given."""
    if line.scope:
        return ""
    row = line.rows[0]
    node = row.node
    window = node.facts.window if node.facts else None
    words = window_words(window) if window else []
    words += _given_words(row, ("out", "kernel", "stride", "padding", "dilation") if window else ("out",))
    if node.shares is not None:
        words.append(f"weights of {summary.graph.nodes[node.shares].name}")
    if node.copies > 1:
        words.append(f"×{node.copies} a sample")
    return " ".join(words)


def _given_words(row: Row, said: Sequence[str]) -> list[str]:
    layer = row.node.layer
    if layer is None:
        return []
    words = []
    for key, value in layer.given.items():
        if key in said or (value in (0, 1) and value == layer.schema_options[key].default):  # groups 1: as ever
            continue
        if isinstance(value, bool):
            words.append(key if value else f"no {key}")
        elif value is not None:
            items = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else value
            words.append(f"{key} {clip(items, 30)}")
    return words


def window_words(window: Window) -> list[str]:
    """A window in short: ``7×7``, ``/2`` its stride (``↑2`` where it enlarges), ``p3`` padding, ``d2`` dilation."""
    words = ["×".join(map(str, window.kernel))]
    if any(step != 1 for step in window.stride):
        words.append(("↑" if window.transposed else "/") + _per_axis(window.stride))
    if any(pad != (0, 0) for pad in window.pads):
        words.append(
            "p" + _per_axis([before if before == after else f"{before}:{after}" for before, after in window.pads])
        )
    if any(step != 1 for step in window.dilation):
        words.append("d" + _per_axis(window.dilation))
    return words


def _per_axis(values: Sequence[int | str]) -> str:
    return str(values[0]) if len(set(values)) == 1 else "×".join(map(str, values))


class Columns(dict[str, Column]):
    """Columns by name; those that need more than a layer's own costs are imported when one is asked for."""

    def __missing__(self, name: str) -> Column:
        from cnninspect.reports.columns_insight import COLUMNS as MORE

        return MORE[name]


COLUMNS = Columns(
    {
        "name": Column("name", "text", lambda line, _: line.name),
        "type": Column("type", "text", _type),
        "options": Column("options", "text", _options),
        "block": Column("block", "text", _block),
        "from": Column("from", "text", _from),
        "training": Column("training", "text", _training),
        "shares": Column("shares", "text", _shares),
        "input": Column("input", "shape", _input),
        "output": Column("output", "shape", _output),
        "parameters": Column("parameters", "number", _number("parameters")),
        "parameters_bar": Column("", "bar", _share("parameters")),
        "params_share": Column("share", "share", _share("parameters")),
        "trainable": Column("trainable", "number", _number("trainable")),
        "buffers": Column("buffers", "number", _number("buffers")),
        "macs": Column("MACs", "number", _number("macs")),
        "macs_bar": Column("", "bar", _share("macs")),
        "macs_share": Column("share", "share", _share("macs")),
        "flops": Column("FLOPs", "number", _number("flops")),
        "weight_bytes": Column("weight bytes", "number", _number("weight_bytes")),
        "activation_bytes": Column("activation bytes", "number", _number("activation_bytes")),
        "weights": Column("weights", "text", _weights),
        "source": Column("source", "text", _source),
    }
)
INSIGHT = ("field", "jump", "start", "centre", "alive_bytes", "saved_bytes")
"""What follows from the whole network."""
ESTIMATES = ("moved_bytes", "intensity", "bound", "time", "time_share")
"""What needs a device."""
NAMES = (*[name for name, column in COLUMNS.items() if column.kind != "bar"], *INSIGHT, *ESTIMATES)
"""The columns that may be asked for."""

PLAIN = ("name", "type", "output", "parameters", "macs", "flops")
VERBOSE = (
    "block", "options", "input", "field", "trainable", "buffers", "weight_bytes", "activation_bytes", "alive_bytes",
    "saved_bytes", "source",
)  # fmt: skip
"""What ``-v`` adds."""


def shown_shapes(shapes: Sequence[Shape | None], times: str, several: str) -> str:
    """Output shapes in one cell: ``64x56x56``; alike ones counted, ``2*32x56x56``, unlike ones in a row."""
    texts = ["?" if shape is None else times.join(map(str, shape)) or "scalar" for shape in shapes]
    if len(texts) > 1 and len(set(texts)) == 1:
        return f"{len(texts)}{several}{texts[0]}"
    return ", ".join([*texts[:4], "…"] if len(texts) > 5 else texts)  # noqa: PLR2004 - one cell holds no more


def ordered(lines: list[Line], summary: Summary, sort: str | None) -> list[Line]:
    """The lines by one column, the largest number or the first word first; unknown last."""
    if sort is None:
        return lines
    column = COLUMNS[sort]
    answers = [(column.value(line, summary), line) for line in lines]
    known = [(value, line) for value, line in answers if value not in (None, "")]
    rest = [line for value, line in answers if value in (None, "")]
    if column.kind in ("number", "share", "figure"):
        known.sort(key=lambda pair: pair[0], reverse=True)
    elif column.kind == "shape":
        known.sort(key=lambda pair: _elements(pair[0]), reverse=True)
    else:
        known.sort(key=lambda pair: str(pair[0]))
    return [line for _, line in known] + rest


def _elements(shapes: object) -> int:
    assert isinstance(shapes, tuple)
    total = 0
    for shape in shapes:
        count = 1 if shape is not None else 0
        for size in shape or ():
            count *= size
        total += count
    return total
