"""Every layer that there is in a Python file, in every form that the tests of layers work out by hand."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

pytest.importorskip("torch")

from cnninspect import api
from cnninspect.ir import Graph, Input, Node, Output, Tensor, verify
from cnninspect.layers import load_all
from cnninspect.values import Span, product
from tests.backends.test_export_python import formatted, hold, read
from tests.support.rows import Row, make

LAYERS = Path(__file__).parents[1] / "layers"
PIECES = """
name: pieces
input: [16, 8, 8]
blocks:
  cut:
    args: {sizes}
    layers:
      - {split: $sizes, name: parts}
      - {concat: [parts.1, parts.0]}
  turn:
    args: {order}
    layers:
      - {permute: $order}
      - relu
layers:
  - {split: [4, 4, 8], name: uneven}
  - {chunk: 2, from: uneven.2, name: halves}
  - {concat: [uneven.1, halves.1], name: some}
  - {split: {parts: 4, axis: height}, name: rows}
  - {concat: {axis: height}, from: [rows.3, rows.0, rows.1, rows.2], name: turned}
  - {split: {parts: 2, axis: width}, name: unread}
  - {split: {parts: 1}, from: turned, name: whole}
  - {cut: {sizes: [2, 6]}, name: one}
  - {cut: {sizes: [1, 7]}, name: two}
  - {add: [one, two], name: sum}
  - {turn: {order: [3, 1, 2]}, name: there}
  - {turn: {order: [2, 3, 1]}, name: back}
  - {split: [1, 7], name: last}
outputs: {some: some, last: last.1, whole: whole.0}
"""
BARE = """
name: bare
input: [4, 8, 8]
blocks:
  unit:
    args: {scaled: false}
    layers:
      - {conv: {out: 4, kernel: 1}, name: conv}
      - {layer_scale: {bare: true}, name: gamma, when: $scaled}
      - {conv: {out: 4, kernel: 1}, name: last}
layers:
  - {layer_scale: {bare: true}}
  - {conv: {out: 4, kernel: 1}, name: a.one}
  - {layer_scale: {bare: true, keep_axes: true, init: 0.5}, name: a.gamma}
  - {layer_scale: {bare: true}, name: a.b.type}
  - {unit: {scaled: true}, name: scaled}
  - {unit: {scaled: false}, name: plain}
  - {unit: {scaled: true}, name: scaled_too}
  - {layer_scale: {bare: true}, name: type}
  - {layer_scale: {bare: true}, name: a.0}
  - {layer_scale: {bare: true}, name: last, share: a.gamma}
"""
HERE = Span("rows.yaml", 1, 1, 1, 1)
MOST = 5_000_000
"""Elements of weights and maps: what is larger says nothing more of how its layer is spelled."""


def small(row: Row) -> bool:
    """Whether a row runs in no time."""
    weights = [product(shape) for shape in row.weights.values()]
    return sum([*weights, *[product(shape) for shape in row.inputs]]) < MOST


ROWS = [
    row
    for path in sorted(LAYERS.glob("test_*.py"))
    for row in getattr(import_module(f"tests.layers.{path.stem}"), "ROWS", [])
    if isinstance(row, Row) and small(row)
]


def graph_of(row: Row, name: str) -> Graph:
    """A network of one layer, which gives all that the layer makes."""
    layer = make(row.name, row.options, row.inputs)
    inputs = tuple([Input(f"in{number}", shape, HERE) for number, shape in enumerate(row.inputs)])
    facts = layer.facts(row.inputs)
    read = tuple([Tensor(-1 - number) for number in range(len(inputs))])
    node = Node(name, row.name, layer, read, facts.outputs, facts, HERE)
    heads = tuple([Output(f"out{number}", Tensor(0, number)) for number in range(len(facts.outputs))])
    return verify(Graph("rows", inputs, (node,), heads, "rows.yaml"))


@pytest.mark.torch
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.options}-{row.inputs}")
@pytest.mark.parametrize("name", ["layer", "0"])
def test_a_layer_is_exported(row: Row, name: str) -> None:
    """The file of one layer runs and computes what `build` does, called by itself or standing in a Sequential."""
    trains = (row.name, row.inputs) != ("instance_norm", ((8, 1, 1),))  # torch: the statistics of one position
    hold(graph_of(row, name), (False, True) if trains else (False,))


def test_every_layer_is_formatted(tmp_path: Path) -> None:
    """What a file brings with it for a layer is as a formatter would leave it, and a linter has nothing to say."""
    for row in {row.name: row for row in ROWS}.values():
        (tmp_path / f"{row.name}.py").write_text(api.export_python(graph_of(row, "layer")), "utf-8")
    for name, text in (("pieces", PIECES), ("bare", BARE)):
        (tmp_path / f"{name}_.py").write_text(api.export_python(read("x", text)), "utf-8")
    formatted(tmp_path)


def test_every_layer_is_among_them() -> None:
    """No layer of the registry is left out."""
    assert {row.name for row in ROWS} == {
        name for name, kind in load_all().items() if kind.__module__.startswith("cnninspect.")
    }


@pytest.mark.torch
@pytest.mark.parametrize("text", [PIECES, BARE], ids=["pieces", "bare"])
def test_pieces_and_weights_without_a_layer(text: str) -> None:
    """Pieces of which some are read, and weights without a layer of their own wherever they stand: the same network."""
    hold(read("x", text))


def test_pieces_that_nobody_reads_have_no_name() -> None:
    """A piece of a split or chunk is named where something reads it; equal pieces are written as one size."""
    text = api.export_python(read("pieces", PIECES))
    assert [line.strip() for line in text.splitlines() if "split(" in line or "chunk(" in line] == [
        "x, y = x.split(self.split_size_or_sections, dim=1)",
        "_, x, y = x.split([4, 4, 8], dim=1)",
        "_, y = y.chunk(chunks=2, dim=1)",
        "y, z, u, v = x.split(2, dim=2)",
        "y.split(4, dim=3)",
        "(y,) = y.split(8, dim=1)",
        "_, z = self.back(z).split([1, 7], dim=1)",
    ]
