"""Rows and columns that no window reaches, by hand."""

from __future__ import annotations

import pytest

from cnninspect.passes.dropped import Left, dropped, unread
from tests.support.models import graph_of


def left(layers: str, size: str = "[1, 9, 10]") -> list[tuple[str, tuple[Left, ...]]]:
    graph = graph_of(f"input: {size}\nlayers: {layers}\n")
    return [(found.node.op, found.axes) for found in dropped(graph)]


@pytest.mark.parametrize(
    ("layer", "axes"),
    [
        ("max_pool: 2", [(1, 0), (0, 0)]),  # 9 = 4·2 + 1
        (
            "conv: {out: 1, kernel: 3, stride: 2, padding: 1}",
            [(0, 0), (1, 1)],
        ),  # (10 + 2 - 3) mod 2 = 1, of the padding
        ("conv: {out: 1, kernel: 1, stride: 3}", [(2, 0), (0, 0)]),  # 9 - 1 mod 3 = 2
        ("conv: {out: 1, kernel: 3, stride: 4, padding: [[0, 1], [0, 1]]}", [(3, 1), (0, 0)]),  # 10 - 3 mod 4; 11 - 3
        ("max_pool: {kernel: 2, rounding: ceil}", []),  # the last window runs over the edge
        ("conv: {out: 1, kernel: 3, stride: 2, padding: same}", []),
        ("conv_transpose: {out: 1, kernel: 3, stride: 2}", []),
        ("crop: {cropping: 1}", []),
        ("global_avg_pool", []),
        ("relu", []),
    ],
)
def test_left_over(layer: str, axes: list[tuple[int, int]]) -> None:
    """Left over is what lies behind the last window: (n + pads - ke) mod s, the padding of it first."""
    expected = [(layer.partition(":")[0], tuple(Left(*axis) for axis in axes))] if axes else []
    assert left(f"[{{{layer}}}]" if ":" in layer else f"[{layer}]") == expected


def test_real_cells() -> None:
    """What is left over and no padding is lost of the map."""
    assert Left(3, 1).real == 2


def test_training_heads_leave_nothing() -> None:
    """What exists only in training leaves nothing over at inference."""
    model = """
        input: [1, 5, 5]
        layers: [{conv: {out: 1, kernel: 3}, name: a}, {max_pool: 2, name: head}, {relu: , from: a, name: b}]
        outputs: {main: b, aux: {from: head, training: true}}
    """
    assert dropped(graph_of(model)) == []


@pytest.mark.parametrize(
    ("layers", "rows", "columns"),
    [
        ("[max_pool: 2]", (8,), ()),
        ("[conv: {out: 1, kernel: 3}, max_pool: 2]", (8,), ()),  # of the map's 7 rows the last is left, which alone reads 8
        ("[conv: {out: 1, kernel: 1, stride: 2}]", (1, 3, 5, 7), (1, 3, 5, 7, 9)),
        ("[conv: {out: 1, kernel: 1, stride: 2}, conv: {out: 1, kernel: 1, stride: 2}]", (1, 2, 3, 5, 6, 7),
         (1, 2, 3, 5, 6, 7, 9)),
        ("[crop: {cropping: 2}]", (0, 1, 7, 8), (0, 1, 8, 9)),
        ("[flatten, linear: 3]", (), ()),
        ("[add: {a: [max_pool: {kernel: 1, stride: 2}], b: [avg_pool: {kernel: 1, stride: 2}]}]", (1, 3, 5, 7),
         (1, 3, 5, 7, 9)),
        ("[softmax: {axis: height}, max_pool: 2]", (), ()),  # each row weighs in each other
        ("[pad: {padding: 1, mode: reflect}, {slice: {stop: 2, axis: height}}]", (2, 3, 4, 5, 6, 7, 8), ()),
        ("[pad: {padding: 1, mode: replicate}, {slice: {stop: 1, axis: height}}]", (1, 2, 3, 4, 5, 6, 7, 8), ()),
        ("[pad: {padding: 1, mode: circular}, {slice: {stop: 1, axis: height}}]", (0, 1, 2, 3, 4, 5, 6, 7), ()),
        ("[{chunk: {parts: 3, axis: height}, name: a}, {relu: , from: a.1}]", (0, 1, 2, 6, 7, 8), ()),
    ],
)  # fmt: skip
def test_unread(layers: str, rows: tuple[int, ...], columns: tuple[int, ...]) -> None:
    """A row is unread where no output depends on it, over all layers."""
    assert unread(graph_of(f"input: [1, 9, 10]\nlayers: {layers}\n")) == {"input": (rows, columns)}


def test_what_is_not_stated_is_read() -> None:
    """A layer of which nothing is known is taken to read everything."""
    graph = graph_of("input: [1, 9, 10]\nlayers: [max_pool: 2]\n")
    unknown = graph._replace(nodes=(graph.nodes[0]._replace(layer=None),))
    assert unread(unknown) == {"input": ((), ())}


def test_unused_inputs_are_unread() -> None:
    """An input that only a training head reads is read by nothing at inference."""
    model = """
        inputs: {left: [1, 2], right: [1, 3]}
        layers: [{relu: , from: left, name: a}, {relu: , from: right, name: b}]
        outputs: {main: a, aux: {from: b, training: true}}
    """
    assert unread(graph_of(model)) == {"left": ((),), "right": ((0, 1, 2),)}
