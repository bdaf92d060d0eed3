"""Workings of single layers: every layer type, random windows, what windows read, and what torch takes."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnninspect.layers import find, load_all
from cnninspect.layers.activation import Activation
from cnninspect.layers.base import REGISTRY, Single
from cnninspect.reports import working_torch
from cnninspect.reports.working import computation
from cnninspect.reports.working_window import padding, size
from cnninspect.values import Problem, Problems
from cnninspect.workings import Figure, Slide, coverage, decimal, less, plus, slid, times
from tests.reports.test_working_arithmetic import NAMES, axis_values, holds
from tests.support.budget import EXAMPLES
from tests.support.rows import Row, make

if TYPE_CHECKING:
    from cnninspect.layers.base import Layer
    from cnninspect.values import Shape

TESTS = Path(__file__).parent.parent / "layers"


def rows() -> list[Row]:
    """Every row of the layers' own tests that needs no torch."""
    found = []
    for path in sorted(TESTS.glob("test_*.py")):
        if "differential" not in path.name and "\nROWS = [" in path.read_text("utf-8"):
            module = importlib.import_module(f"tests.layers.{path.stem}")
            found += [row for row in module.ROWS if isinstance(row, Row)]
    return found


def true(layer: Layer, inputs: tuple[Shape, ...]) -> None:
    """Assert that every line about a layer is true and ends in what the layer states."""
    facts = layer.facts(inputs)
    working = layer.working(inputs, facts)
    sections = [size(inputs, facts, working), padding(inputs, facts), computation(facts, working)]
    for section in sections:
        for row in section.rows if section is not None else ():
            holds(row.line)
            assert row.line.note != "as the layer states it"
    figures = {row.head: row.line.value for row in computation(facts, working).rows}
    flops = 2 * facts.macs + facts.operations
    assert figures == {"MACs": facts.macs, "other operations": facts.operations, "FLOPs": flops}
    found = axis_values(size(inputs, facts, working).rows)
    names = NAMES.get(len(facts.outputs[0]) - 1)
    if found and names:
        assert found == dict(zip(names, facts.outputs[0], strict=True))


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.name}-{row.options}-{row.inputs}")
def test_rows(row: Row) -> None:
    """Every row that a layer's own test derives by hand is worked out truly."""
    true(make(row.name, dict(row.options), row.inputs), row.inputs)


def test_every_layer_type_is_worked_out() -> None:
    """Every layer type that is shipped has a row here, so no figure of one stands without a reason."""
    ours = {name for name, layer in load_all().items() if layer.__module__.startswith("cnninspect.")}
    assert ours == {row.name for row in rows()}


# --- windows ---------------------------------------------------------------------------------


@st.composite
def windowed(draw: st.DrawFn) -> tuple[str, dict[str, Any], Shape]:
    """A layer with a window on one to three axes."""
    op = draw(st.sampled_from(["conv", "depthwise_conv", "max_pool", "avg_pool", "lp_pool", "conv_transpose"]))
    rank = draw(st.integers(1, 3))
    options: dict[str, Any] = {
        "kernel": [draw(st.integers(1, 5)) for _ in range(rank)],
        "stride": [draw(st.integers(1, 5)) for _ in range(rank)],
    }
    words = ["valid", "same"] if op == "conv_transpose" else ["valid", "half", "same", "same_lower"]
    pairs = st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=rank, max_size=rank)
    options["padding"] = draw(st.one_of(st.sampled_from(words), st.integers(0, 3), pairs))
    if op in ("conv", "depthwise_conv", "max_pool", "conv_transpose"):
        options["dilation"] = draw(st.integers(1, 3))
    if op.endswith("pool"):
        options["rounding"] = draw(st.sampled_from(["floor", "ceil", "caffe"]))
    if op in ("conv", "conv_transpose"):
        options |= {"out": 4, "groups": draw(st.sampled_from([1, 2])), "bias": draw(st.booleans())}
    if op == "conv_transpose":
        options["output_padding"] = draw(st.integers(0, 2))
    return op, options, (2, *[draw(st.integers(1, 12)) for _ in range(rank)])


@settings(max_examples=2 * EXAMPLES, deadline=None)
@given(windowed())
def test_random_windows(drawn: tuple[str, dict[str, Any], Shape]) -> None:
    """Any window, by any rule, is worked out truly where it is accepted at all."""
    op, options, x = drawn
    kind = find(op)
    assert kind is not None
    layer = kind(options, len(x) - 1)
    try:
        layer.facts([x])
    except (Problem, Problems):
        return
    true(layer, (x,))


@settings(max_examples=3 * EXAMPLES, deadline=None)
@given(st.data())
def test_what_windows_read(data: st.DataObject) -> None:
    """What no window reads, and how many read padding, is what looking at every tap of every window gives."""
    n, k, s, d = (data.draw(st.integers(1, most)) for most in (14, 5, 6, 3))
    before, after = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 5))
    out = data.draw(st.integers(1, 8))
    windows = [[i * s - before + t * d for t in range(k)] for i in range(out)]
    read = {position for window in windows for position in window}
    seen = coverage(Slide(n, out, k, s, d, before, after))
    assert seen.unread is not None
    assert [p for low, high in seen.unread for p in range(low, high + 1)] == [p for p in range(n) if p not in read]
    assert seen.first == sum(window[0] < 0 for window in windows)
    assert seen.last == sum(window[-1] >= n for window in windows)
    assert seen.inner == sum(window[0] >= 0 and window[-1] < n for window in windows)
    assert seen.spare == max(n + after - 1 - windows[-1][-1], 0)
    assert seen.spare_padding == min(seen.spare, after)
    assert seen.over == max(windows[-1][-1] - (n + after - 1), 0)


def test_an_axis_that_is_too_long_to_look_at() -> None:
    """Where every position cannot be looked at, what is unread is unknown."""
    assert coverage(Slide(10**7, 10**7, 1, 1, 1, 0, 0)).unread is None
    layer = REGISTRY["conv"]({"out": 1, "kernel": 1}, 1)
    facts = layer.facts([(1, 10**7)])
    said = [row.line.text for row in size([(1, 10**7)], facts, layer.working([(1, 10**7)], facts)).rows]
    assert said[-1] == "? (the length is too long to look at every position)"


# --- arithmetic ----------------------------------------------------------------------------


def test_products_and_differences() -> None:
    """A factor of 1 goes without saying, sums inside products and differences stand in brackets, once."""
    assert times(1, (64, 7), plus(3, 4)) == Figure("64·7 · (3 + 4)", 3136)
    assert times(1, 1) == Figure("1", 1)
    assert times((), 1_000) == Figure("1 · 1,000", 1000)
    assert less(10, plus(3, 4)) == Figure("10 − (3 + 4)", 3)
    assert times(Figure("(7 + 1)", 8), (2,)) == Figure("(7 + 1) · 2", 16)
    assert times(Figure("(7 + 1)·2 + 3", 19), (2,)) == Figure("((7 + 1)·2 + 3) · 2", 38)


@pytest.mark.parametrize(
    ("over", "under", "text"), [(225, 2, "112.5"), (7, 3, "2.33…"), (6, 3, "2"), (1, 16, "0.0625"), (4001, 1, "4,001")]
)
def test_decimals(over: int, under: int, text: str) -> None:
    """A fraction is written out where it ends within four digits, and cut after two where it does not."""
    assert decimal(over, under) == text


def test_a_working_that_is_not_the_layers_own() -> None:
    """A layer that counts otherwise than the family whose working it has is not given a false reason."""

    class Odd(Activation):
        def operations(self, x: Shape, y: Shape) -> int:  # noqa: ARG002
            return 7

    layer = Odd({}, 1)
    facts = layer.facts([(2, 3)])
    rows = {row.head: row.line for row in computation(facts, layer.working([(2, 3)], facts)).rows}
    assert rows["other operations"].text == "7"
    assert rows["other operations"].note == "as the layer states it"
    assert Single.working(layer, [(2, 3)], facts) == ((), None, None)


# --- torch ---------------------------------------------------------------------------------


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.name}-{row.options}-{row.inputs}")
def test_torch_lines_can_be_pasted(row: Row) -> None:
    """The lines in torch's words run as they stand and make the stated shapes."""
    torch = pytest.importorskip("torch")
    layer = make(row.name, dict(row.options), row.inputs)
    lines = working_torch.lines(layer.call(row.inputs), len(row.inputs))
    with torch.device("meta"), torch.no_grad():
        names = working_torch.TENSORS if len(row.inputs) <= len(working_torch.TENSORS) else ()
        scope: dict[str, Any] = {"torch": torch}
        for index, shape in enumerate(row.inputs):
            scope[names[index] if names else f"x{index}"] = torch.zeros(2, *shape)
        *before, last = lines
        exec("\n".join(before), scope)
        made = eval(last, scope)
        if isinstance(made, torch.nn.Module):
            made = made.eval()(scope["x"])
    outputs = made if isinstance(made, (tuple, list)) else (made,)
    regions = getattr(layer, "regions", 1)
    assert [(tuple(one.shape[1:]), one.shape[0]) for one in outputs] == [(shape, 2 * regions) for shape in row.outputs]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((1,), "(1,)"),
        ([1, (2, 3)], "[1, (2, 3)]"),
        (-float("inf"), "float('-inf')"),
        ("zeros", "'zeros'"),
        (1.5, "1.5"),
    ],
)
def test_literals(value: object, text: str) -> None:
    """Values are written so that Python reads them again, infinity included."""
    assert working_torch.literal(value) == text
    assert eval(text) == value


def test_same_with_gaps_between_windows() -> None:
    """Where windows have gaps between them Caffe's rounding gives one position more than ⌈n/s⌉, and the formula shows it."""
    one_more = slid(Slide(n=2, out=2, kernel=1, stride=2, dilation=1, before=0, after=0), "caffe", "same")
    as_ever = slid(Slide(n=2, out=1, kernel=1, stride=2, dilation=1, before=0, after=0), "floor", "same")
    assert one_more[: len(as_ever)] == as_ever
    assert (as_ever[0].value, one_more[-1].value) == (1, 2)
