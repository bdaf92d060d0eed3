"""Reports on receptive fields: tables, pages and verdicts as a person has read and kept them.

``pytest tests/reports/test_rf.py --update`` writes the texts anew; a person reads the difference.
"""

from __future__ import annotations

import csv
import io
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.reports import rf, rf_json, rf_page, rf_plot, svg
from cnninspect.reports.rf_layer import unit
from cnninspect.reports.rf_lines import lines, remarks, written
from cnninspect.reports.rf_words import last_map, spans, stretches, verdict
from tests.support.models import graph_of

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "rf"

MIXED = """\
name: mixed
input: [3, 33, 41]
layers:
  - {conv: {out: 8, kernel: 3, dilation: 2, padding: 2}, name: wide}
  - {conv: {out: 8, kernel: 2, stride: 2}, name: down}
  - add:
      a: [{conv: {out: 8, kernel: 3, padding: 1}}]
      b: [{conv: {out: 8, kernel: 2, padding: [[0, 1], [0, 1]]}}]
    name: join
  - {upsample: {factor: 2, mode: bilinear}, name: up}
  - {conv: {out: 8, kernel: [1, 5], padding: [0, 2]}, name: flat}
"""
# wide: 2·2 + 1 = 5 wide, from -2; down: 5 + 1 = 6, jump 2, centre 0.5; join.0: 6 + 2·2 = 10; join.1: 6 + 2 = 8, centre
# of [-2, 5] = 1.5; up: each unit lies between two of join's, 10 + 2 = 12 of them; flat: 12 + 4 = 16 in width

DEEP = """\
name: deep
input: [1, 16, 16]
layers:
  - {conv: {out: 2, kernel: 3, padding: 1}, name: a}
  - {max_pool: 2, name: p}
  - {conv: {out: 2, kernel: 5, padding: 2}, name: b}
  - {max_pool: 2, name: q}
  - {conv: {out: 2, kernel: 3, padding: 1}, name: c}
  - {conv: {out: 2, kernel: 3, padding: 1}, name: d}
  - {squeeze_excite: {squeeze: 1}, name: se}
  - global_avg_pool
  - flatten
  - {linear: 3, name: fc}
  - {linear: 2, name: aux, from: p}
outputs: {main: fc, aux: {from: aux, training: true}}
"""
# a 3, p 4 (jump 2), b 4 + 4·2 = 12, q 14 (jump 4), c 14 + 2·4 = 22, d 30: larger than 16 from c on; d looks in vain

TWO = """\
name: two
inputs: {left: [3, 16], right: [1, 16], code: [5]}
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, from: left, name: a}
  - {conv: {out: 4, kernel: 5, stride: 2}, from: right, name: b}
  - {upsample: {size: 16}, name: u}
  - {add: [a, u], name: s}
  - {global_avg_pool: , name: g}
  - flatten
  - {linear: 5, name: l}
  - {add: [l, code], name: e}
"""

VOLUME = """\
name: volume
input: [1, 8, 16, 24]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: a}
  - {max_pool: 2, name: p}
  - {conv: {out: 4, kernel: [1, 3, 3]}, name: b}
"""

MODELS = {"mixed": MIXED, "deep": DEEP, "two": TWO, "volume": VOLUME}


def report_of(name: str, *, through_gates: bool = False) -> api.ReceptiveFields:
    """The fields of one of the models."""
    return api.receptive_fields(graph_of(MODELS[name]), through_gates=through_gates)


def node(report: api.ReceptiveFields, name: str) -> int:
    """The index of a layer."""
    return [each.name for each in report.graph.nodes].index(name)


def page(name: str, layer: str, at: tuple[int, ...] | None = None, given: int = 0, **how: int) -> str:
    """The page on a unit of one of the models."""
    report = report_of(name)
    one = unit(report, node(report, layer), given, at)
    return rf_page.page(one, None, **{"width": 60, "height": 24, "color": False, "unicode": True, **how})  # type: ignore[arg-type]


def table(name: str, width: int | None) -> str:
    """The table of one of the models."""
    return rf.render(report_of(name), width=width)


TEXTS: dict[str, Callable[[], str]] = {
    **{f"{name}-plain": partial(table, name, None) for name in MODELS},
    **{f"{name}-80": partial(table, name, 80) for name in MODELS},
    "mixed-140": lambda: rf.render(report_of("mixed"), width=140),
    "mixed-color": lambda: rf.render(report_of("mixed"), width=80, color=True),
    "mixed-markdown": lambda: rf.markdown(report_of("mixed")),
    "two-markdown": lambda: rf.markdown(report_of("two")),
    "mixed-csv": lambda: rf.csv(report_of("mixed")),
    "two-csv": lambda: rf.csv(report_of("two")),
    "deep-gates": lambda: rf.render(report_of("deep", through_gates=True), width=80),
    "page-corner": lambda: page("mixed", "wide", (0, 40)),
    "page-color": lambda: page("mixed", "wide", (0, 40), color=True),
    "page-ascii": lambda: page("mixed", "wide", (0, 40), unicode=False).translate(rf.SIGNS),
    "page-global": lambda: page("deep", "fc"),
    "page-line": lambda: page("two", "s", (15,), 1),
    "page-vector": lambda: page("two", "e", None, 2),
    "page-volume": lambda: page("volume", "b"),
    "growth-svg": lambda: svg.write(rf_plot.curve(report_of("deep"), 0)),
    "json": lambda: rf_json.render(report_of("deep"), ()),
    "json-two": lambda: rf_json.render(report_of("two"), ()),
}


@pytest.mark.parametrize("case", TEXTS)
def test_golden(case: str, request: pytest.FixtureRequest) -> None:
    """Each text is the one that a person has read and kept; --update rewrites it."""
    text = TEXTS[case]()
    kept = GOLDEN / f"{case}.txt"
    if request.config.getoption("--update"):
        kept.write_text(text, "utf-8")
    assert text == kept.read_text("utf-8")


def test_no_golden_is_left_over() -> None:
    """Every kept text belongs to a case."""
    assert {path.stem for path in GOLDEN.iterdir()} == set(TEXTS)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("width", [80, 140])
def test_tables_fit(name: str, width: int) -> None:
    """No line of a terminal's report is wider than the terminal."""
    assert max(map(len, rf.render(report_of(name), width=width).split("\n"))) <= width


def test_fields_by_hand() -> None:
    """The figures of the table are those that one derives by hand."""
    found = {one.node.name: one.field for one in lines(report_of("deep"), 0)}
    sizes = {name: field.size for name, field in found.items() if field is not None}
    assert {name: sizes[name][0] for name in "apbqcd"} == {"a": 3, "p": 4, "b": 12, "q": 14, "c": 22, "d": 30}


def test_verdict_names_what_to_do() -> None:
    """The verdict tells where fields exceed the input, which layers look in vain, and how to look through gates."""
    report = report_of("deep")
    told = [sentence for _, sentence in verdict(report, 0, lines(report, 0))]
    assert told[0].startswith(
        "A unit of the last map that is not global, d (4 × 4), sees 30 × 30 of 16 × 16: the whole"
    )
    assert "--through-gates leaves out what only weighs" in told[1]
    assert told[2] == "From c on fields exceed the input (22 × 22)."
    assert told[3].startswith("1 unproductive layer looks for context where all of the input is seen already: d.")
    assert last_map(report, 0) == "d"
    assert last_map(report_of("two"), 2) is None


def test_nothing_depends_on_an_input() -> None:
    """An input that nothing reads is told as that."""
    graph = graph_of(VOLUME)
    graph = graph._replace(inputs=(*graph.inputs, graph.inputs[0]._replace(name="idle")))
    report = api.receptive_fields(graph)
    assert verdict(report, 1, lines(report, 1)) == [("·", "No layer depends on idle.")]
    assert "with respect to idle, 1 × 8 × 16 × 24\n\n· No layer depends on idle." in rf.render(report, width=None)


def test_the_verdict_claims_nothing_of_unknown_layers() -> None:
    """Below a layer whose field is unknown the last map that is known is told as that, and nothing as fine."""
    text = "name: m\ninput: [3, 16, 16]\nlayers:\n  - {conv: {out: 4, kernel: 3}, name: a}\n  - {conv: {out: 4, kernel: 90}, name: b}\n"
    loaded = api.read("m.yaml", text=text)
    assert loaded.graph is not None
    told = rf.render(api.receptive_fields(loaded.graph), width=None, notes=False).split("\n\n")[-1]
    assert told == (
        "· A unit of the last map that is known, a (14 × 14), sees 3 × 3 of 16 × 16: 3.5% of the input.\n"
        "· No field that is known exceeds the input.\n"
        "· The field of b is unknown: a layer has a mistake.\n"
    )


def test_broken_layers_are_unknown() -> None:
    """What lies below a mistake is unknown: a question mark, null, an empty cell."""
    loaded = api.read(
        "m.yaml", text="name: m\ninput: [6, 8, 8]\nlayers:\n  - {conv: {out: 4, kernel: 9}, name: a}\n  - relu\n"
    )
    assert loaded.graph is not None
    report = api.receptive_fields(loaded.graph)
    found = lines(report, 0)
    assert [(one.field, remarks(one)) for one in found] == [(None, ["unknown"])] * 2
    text = rf.render(report, width=80)
    assert "From a on the fields of 2 layers are unknown: a layer has a mistake." in text
    assert list(csv.reader(io.StringIO(rf.csv(report))))[1][3:17] == ["no", *[""] * 11, "no", "no"]
    document = json.loads(rf_json.render(report, loaded.findings))
    assert [layer["receptive_field"] for layer in document["layers"]] == [None, None]
    assert document["findings"][0]["code"] == "size-reached-zero"
    assert unit(report, 0, 0, None).window is None
    assert "? (what it reads is not stated, is data, or follows from a mistake)" in rf_page.page(
        unit(report, 0, 0, None), None, width=80, height=30, color=False, unicode=True
    )


def test_json_is_what_is_promised() -> None:
    """The field of a layer has the keys of the summary's and more, raw."""
    document = json.loads(rf_json.render(report_of("mixed"), ()))
    assert list(document) == ["schema", "model", "inputs", "through_gates", "layers", "misaligned", "findings"]
    field = document["layers"][0]["receptive_field"]
    assert (field["size"], field["stride"], field["start"], field["global"]) == ([5, 5], [1, 1], [-2, -2], False)
    assert (field["holes"], field["seen"], field["varies"]) == ([2, 2], [3, 3], [False, False])
    assert document["misaligned"][0] == {
        "layer": "join",
        "input": "input",
        "axis": 0,
        "paths": ["join.0", "join.1"],
        "centres": [0.5, 1.5],
        "strides": [2.0, 2.0],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "?"), (2, "2"), (0.5, "0.5"), (-0.5, "-0.5"), (2.0, "2"), (1 / 3, "0.3333"), (111.5, "111.5")],
)
def test_figures(value: float | None, expected: str) -> None:
    """A figure is as short as it can be read."""
    assert written(value) == expected


def test_stretches() -> None:
    """Positions are told as stretches, many of them by the first and the last."""
    assert stretches([0, 4, 5, 6, 9]) == [(0, 0), (4, 6), (9, 9)]
    assert spans([(0, 0), (4, 6), (9, 9)]) == "0, 4–6 and 9"
    assert spans([(222, 223)]) == "222–223"
    assert spans([(i, i) for i in range(0, 16, 2)]) == "0, 2, 4, …, 12, 14 (8 stretches)"


def test_a_unit_of_padding() -> None:
    """A unit whose window lies beyond the border sees nothing, and that is told."""
    graph = graph_of("input: [1, 4, 4]\nlayers:\n  - {conv: {out: 1, kernel: 2, padding: 3}, name: a}\n")
    one = unit(api.receptive_fields(graph), 0, 0, (0, 4))
    text = rf_page.page(one, None, width=80, height=24, color=False, unicode=True)
    assert (one.seen[0], one.window, one.padding) == (0, ((-3, -2), (1, 2)), 1.0)
    assert "rows              none of 4: the window is -3 to -2, all of it padding" in text
    drawing = rf_plot.on_input(one, None)
    assert "sees nothing × 1–2; 100.0% of the window is padding" in [
        mark.text for mark in drawing.marks if isinstance(mark, svg.Words)
    ]


def test_outputs_of_unlike_sizes() -> None:
    """A layer of several outputs that differ in channels only has places, and its units see what its field says."""
    graph = graph_of("input: [6, 4]\nlayers:\n  - {split: [2, 4], name: s}\n  - {concat: [s.0, s.1], name: c}\n")
    report = api.receptive_fields(graph)
    one = unit(report, 0, 0, (2,))
    assert (one.window, one.seen) == (((2, 2),), (0b100,))


def test_drawings_of_units() -> None:
    """A unit's drawing tells what it sees; of a volume the last two axes are drawn."""
    report = report_of("volume")
    drawing = rf_plot.on_input(unit(report, node(report, "b"), 0, None), None)
    words = [mark.text for mark in drawing.marks if isinstance(mark, svg.Words)]
    assert "b (conv), unit 2,3,5" in words
    assert "sees 3–6 × 5–12 × 9–16; 0% of the window is padding" in words
    assert "the last two axes are drawn" in words


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x89PNG\r\n\x1a\n...IEND\xaeB`\x82", "image/png"),
        (b"\x89PNG\r\n\x1a\n cut", None),
        (b"\xff\xd8\xff\xe0 ... \xff\xd9", "image/jpeg"),
        (b"\xff\xd8\xff\xe0 cut", None),
        (b"GIF89a...;", "image/gif"),
        (b"RIFF....WEBPVP8 ", "image/webp"),
        (b"RIFF....WAVE", None),
        (b"<svg/>", None),
        (b"", None),
    ],
)
def test_media_types(data: bytes, expected: str | None) -> None:
    """A photo is known by how it begins and ends, whatever it is called."""
    assert rf_plot.media_type(data) == expected


def test_places_on_the_first_axis() -> None:
    """After a permute to channels last the middle of the first axis counts, in the window and in what is seen."""
    text = "input: [2, 8, 12]\nlayers:\n  - {conv: {out: 3, kernel: 3, padding: 1}, name: a}\n  - {permute: [0, 2, 3, 1], name: p}\n"
    report = api.receptive_fields(graph_of(text))
    one = unit(report, 1, 0, None)
    assert one.at == (6, 1)  # of 12 columns, and of 3 channels
    assert one.window == ((3, 5), (5, 7))  # of 8 rows the middle
    assert one.seen == (0b111000, 0b11100000)
