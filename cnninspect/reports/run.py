"""A network as it ran, for people: every layer with its shape, time, memory and values beside what was stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.reports.delimited import markdown_table
from cnninspect.reports.memory import bar
from cnninspect.reports.numbers import whole
from cnninspect.reports.plain import aligned
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.backends.running import Head, Layer, Ran
    from cnninspect.backends.running_values import Values

BOLD, DIM, CYAN, RED, YELLOW = "1", "2", "36", "1;31", "33"
ASCII = str.maketrans({"…": "~", "×": "x", "≠": "!", **dict.fromkeys("▏▎▍▌▋▊▉█", "#")})
TITLES = ("name", "type", "output", "stated", "ms", "share", "alive", "mean", "std", "least", "most", "bad", "dead")
LEFT = (0, 1, 2, 3)
SACRIFICES = (8, 9, 10, 7, 12, 3, 1, 6)
"""Columns that a narrow terminal does without, the first first."""
ROOM = 10
"""How wide a share's bar is."""
ALWAYS = (3, 11, 12)
"""Columns that are left out where they say nothing."""


class Style:
    """How wide the paper is, None without end, and whether it takes colours."""

    def __init__(self, width: int | None = None, *, color: bool = False) -> None:
        self.width = width
        self.color = color

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.color and text else text


def render(ran: Ran, names: Sequence[str] | None = None, style: Style | None = None) -> str:
    """The heading, the layers, the outputs with their largest elements, and how it was measured."""
    style = style or Style()
    out = [heading(ran, style), "", *_table(ran, style), ""]
    out += [text for head in ran.heads for text in _head(head, names)]
    if ran.bad is not None:
        out += ["", style.paint(told(ran), RED)]
    out += ["", *totals(ran), *_wrapped([*ran.notes, *NOTES], style)]
    return "\n".join([line.rstrip() for line in out]) + "\n"


NOTES = (
    "alive: the most bytes of activations at once while a layer runs, of every storage that an operator makes",
    "bad: numbers that are NaN or infinite; dead: channels that are zero in all samples at all positions",
)


def heading(ran: Ran, style: Style) -> str:
    """What was run, and how."""
    graph = ran.graph
    inputs = ", ".join(["x".join(map(str, given.shape)) for given in graph.inputs])
    mode = "in training mode" if ran.wanted.train else "at inference"
    text = f"{clip(graph.source, 4096)}, input {inputs}, batch {ran.wanted.batch:,}, {ran.dtype}, {ran.device}, {mode}"
    return f"{style.paint(clip(graph.name), BOLD)}  {text}"


def told(ran: Ran) -> str:
    """Where the first number came from that is none."""
    assert ran.bad is not None
    node = ran.graph.nodes[ran.bad.node]
    return f"'{clip(node.name, 200)}' ({node.span}) is the first layer with {ran.bad.what}: {ran.bad.why}"


def totals(ran: Ran) -> list[str]:
    """Time of the whole, as it is without probes, and the height of memory."""
    times = ran.seconds
    middle = times[len(times) // 2]
    rate = ran.wanted.batch / middle if middle else 0.0
    return [
        f"whole network {milliseconds(middle)} ms ({milliseconds(times[0])} to {milliseconds(times[-1])}), {rate:,.1f} samples a second",
        f"peak of activations {whole(ran.peak)} bytes",
    ]


def milliseconds(seconds: float) -> str:
    """Three digits after the point."""
    return f"{seconds * 1000:,.3f}"


def number(value: float | None) -> str:
    """A number of four digits."""
    return "?" if value is None else f"{value:.4g}"


def cells(ran: Ran, layer: Layer) -> list[str]:
    """The row of a layer."""
    node = ran.graph.nodes[layer.node]
    values = layer.values
    stated = tuple([shape for shape in node.outputs if shape is not None])
    whole_time = sum([each.seconds for each in ran.layers])
    share = f"{100 * layer.seconds / whole_time:.1f}%" if whole_time else ""
    return [
        clip(node.name, 4096),
        node.op,
        _shapes(layer.shapes),
        "" if stated == layer.shapes else f"≠ {_shapes(stated) or '?'}",
        milliseconds(layer.seconds),
        share,
        whole(layer.alive),
        *[number(value) for value in (values.mean, values.std, values.least, values.most)],
        _bad(values),
        f"{values.dead:,} of {values.channels:,}" if values.dead else "",
    ]


def _bad(values: Values) -> str:
    parts = [f"{n:,} {word}" for n, word in ((values.nan, "NaN"), (values.infinite, "inf")) if n]
    return " ".join(parts)


def _shapes(shapes: Sequence[Sequence[int]]) -> str:
    return " ".join(["x".join(map(str, shape)) or "1" for shape in shapes])


def _table(ran: Ran, style: Style) -> list[str]:
    rows = [cells(ran, layer) for layer in ran.layers]
    kept = [at for at in range(len(TITLES)) if at not in ALWAYS or any(row[at] for row in rows)]
    lines = _lines(rows, kept)
    if style.width is None:
        return lines
    for out in SACRIFICES:
        if max(map(len, lines)) + ROOM + 2 <= style.width:
            break
        kept = [at for at in kept if at != out]
        lines = _lines(rows, kept)
    if max(map(len, lines)) + ROOM + 2 > style.width:
        return lines
    most = max([layer.seconds for layer in ran.layers], default=0.0)
    wide = max(map(len, lines)) + 2
    drawn = [_bar(layer.seconds, most) for layer in ran.layers]
    bodies = [line.ljust(wide) + style.paint(one, CYAN) for line, one in zip(lines[1:], drawn, strict=True)]
    return [style.paint(lines[0], BOLD), *bodies]


def _bar(seconds: float, most: float) -> str:
    return bar(round(seconds * 10**9), max(round(most * 10**9), 1), ROOM)


def _lines(rows: Sequence[Sequence[str]], kept: Sequence[int]) -> list[str]:
    return aligned([[row[at] for at in kept] for row in (TITLES, *rows)], [at not in LEFT for at in kept])


def _head(head: Head, names: Sequence[str] | None) -> list[str]:
    values = head.values
    shape = "x".join(map(str, head.shape))
    text = f"output '{clip(head.name, 200)}' {shape}: mean {number(values.mean)}, std {number(values.std)}, {number(values.least)} to {number(values.most)}"
    if _bad(values):
        text += f", {_bad(values)}"
    out = [text]
    for sample, top in enumerate(head.top):
        rows = [
            [f"  {names[place] if names else place}", number(value), f"{100 * share:.2f}%"]
            for place, value, share in zip(top.places, top.numbers, top.shares, strict=True)
        ]
        several = len(head.top) > 1 and bool(rows)
        out += [f"  sample {sample}:"] if several else []
        out += ["  " * several + line for line in aligned(rows, (False, True, True))]
    return out


def _wrapped(sentences: Sequence[str], style: Style) -> list[str]:
    if style.width is None:
        return list(sentences)
    from textwrap import wrap

    return [style.paint(line, DIM) for line in wrap(". ".join(sentences), style.width)]


def markdown(ran: Ran, names: Sequence[str] | None = None) -> str:
    """The same as tables."""
    rows = [cells(ran, layer) for layer in ran.layers]
    sections = [
        f"### {clip(ran.graph.name)}",
        heading(ran, Style()),
        "\n".join(markdown_table(TITLES, rows, [at not in LEFT for at in range(len(TITLES))])),
        "\n".join([text for head in ran.heads for text in _head(head, names)]),
        *([told(ran)] if ran.bad is not None else []),
        "\n".join([*totals(ran), *ran.notes, *NOTES]),
    ]
    return "\n\n".join(sections) + "\n"
