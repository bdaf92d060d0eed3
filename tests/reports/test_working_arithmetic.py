"""Every line of arithmetic that ``explain`` prints is right, and leads to the figure of the summary."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.passes.field import fields
from cnninspect.reports.working import Explanation, explained
from cnninspect.reports.working_text import shown
from cnninspect.values import product
from tests.support.budget import EXAMPLES

if TYPE_CHECKING:
    from cnninspect.passes.field import Field
    from cnninspect.reports.working_window import Row, Section
    from cnninspect.workings import Line

pytestmark = pytest.mark.no_cover  # thousands of layers, and what tests of its own cover

# --- a small evaluator -----------------------------------------------------------------------


class Reader:
    """Read and work out one expression: + − · / ⌊ ⌋ ⌈ ⌉ ( ) max min and numbers with commas."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text.replace(" ", ""), 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, wanted: str) -> None:
        assert self.text.startswith(wanted, self.at), f"{wanted} is missing at {self.at} of {self.text}"
        self.at += len(wanted)

    def whole(self) -> Fraction:
        value = self.sum()
        assert self.at == len(self.text), f"cannot read {self.text[self.at :]!r} of {self.text!r}"
        return value

    def sum(self) -> Fraction:
        value = self.term()
        while self.peek() in ("+", "−") and self.peek():
            sign = self.peek()
            self.take(sign)
            value = value + self.term() if sign == "+" else value - self.term()
        return value

    def term(self) -> Fraction:
        value = self.atom()
        while self.peek() in ("·", "/") and self.peek():
            sign = self.peek()
            self.take(sign)
            value = value * self.atom() if sign == "·" else value / self.atom()
        return value

    def atom(self) -> Fraction:
        for opening, closing, rule in (("(", ")", Fraction), ("⌊", "⌋", floor), ("⌈", "⌉", ceil)):
            if self.peek() == opening:
                self.take(opening)
                value = self.sum()
                self.take(closing)
                return Fraction(rule(value))
        for name, choose in (("max(", max), ("min(", min)):
            if self.text.startswith(name, self.at):
                self.take(name)
                one = self.sum()
                self.take(",")
                other = self.sum()
                self.take(")")
                return choose(one, other)
        if self.peek() == "−":
            self.take("−")
            return -self.atom()
        return self.number()

    def number(self) -> Fraction:
        start = self.at
        while self.peek().isdigit() or (self.peek() in (",", ".") and self.text[self.at + 1 : self.at + 2].isdigit()):
            after = self.text[self.at + 1 : self.at + 4]
            if self.peek() == "," and not (len(after) == 3 and after.isdigit()):
                break
            self.at += 1
        return Fraction(self.text[start : self.at].replace(",", ""))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(224 + 2·3 − 7)/2 + 1", Fraction(225, 2)),
        ("⌊7/2⌋·2 + ⌈7/2⌉", Fraction(10)),
        ("max((112 − 1)·2 + 7 − 1,224, 0)", Fraction(0)),
        ("min(⌈5/2⌉, 2) − −1", Fraction(3)),
        ("1,000·2/(4·5)", Fraction(100)),
    ],
)
def test_the_evaluator(text: str, value: Fraction) -> None:
    """The evaluator that the other tests rely on works out what a person would."""
    assert Reader(text).whole() == value


def holds(line: Line) -> None:
    """Assert that what a line prints is true, equals sign by equals sign."""
    if line.value is None:
        return
    text = shown(line)
    left, _, result = text.partition(" = ") if not line.label else text.partition(" = ")[2].partition(" = ")
    exact = Reader(left).whole()
    before, arrow, last = result.rpartition(" → ")
    value = Reader(last or left).whole()
    assert value == line.value, text
    if not arrow:
        assert exact == value, text
        return
    assert value == (floor(exact) if "rounded down" in line.note else ceil(exact)), text
    digits = Reader(before.rstrip("…")).whole()
    if before.endswith("…"):
        assert digits <= exact < digits + Fraction(1, 100), text
    else:
        assert float(exact) == pytest.approx(float(digits), rel=1e-12), text
    assert exact != value, text


# --- what the lines lead to --------------------------------------------------------------------


def section(what: Explanation, key: str) -> Section:
    return next(section for section in what.sections if section.key == key)


def value(what: Explanation, key: str, head: str) -> int | None:
    rows = [row for row in section(what, key).rows if row.head == head]
    assert len(rows) == 1, (key, head)
    return rows[0].line.value


def axis_values(rows: tuple[Row, ...]) -> dict[str, int]:
    """The length of each axis that the size section ends in; a line with a name of its own leads there."""
    found: dict[str, int] = {}
    heads: list[str] = []
    for row in rows:
        heads = row.head.split(", ") if row.head else heads
        for head in heads:
            if row.line.value is not None and not row.line.label:
                found[head] = row.line.value
    return found


NAMES = {
    0: ("features",), 1: ("channels", "length"), 2: ("channels", "height", "width"),
    3: ("channels", "depth", "height", "width"),
}  # fmt: skip


def check(what: Explanation, seen: dict[int, Field | None]) -> None:
    """Assert that every line is true and that the lines end in the figures of the summary."""
    node, cost = what.node, what.cost
    assert node.facts is not None
    where = f"{node.name} ({node.op}) of {what.graph.name}"
    for part in what.sections:
        for row in part.rows:
            holds(row.line)
            assert row.line.note != "as the layer states it", where
    runs = what.batch * node.copies
    assert value(what, "parameters", "parameters") == cost.parameters, where
    if node.facts.buffers:
        assert value(what, "buffers", "buffers") == cost.buffers, where
    assert value(what, "computation", "MACs") == node.facts.macs, where
    assert value(what, "computation", "other operations") == node.facts.operations, where
    suffix = " in all" if runs > 1 else ""
    assert value(what, "computation", f"MACs{suffix}") == cost.macs, where
    assert value(what, "computation", f"FLOPs{suffix}") == cost.flops, where
    assert value(what, "memory", "output") == cost.activation_bytes, where
    if cost.weight_bytes:
        assert value(what, "memory", "weights") == cost.weight_bytes, where
    found = axis_values(section(what, "size").rows)
    if len(node.outputs) == 1 and found:
        shape = node.facts.outputs[0]
        names = NAMES.get(len(shape) - 1)
        assert found == dict(zip(names or (), shape, strict=False)) or names is None, where
    keys = {row.head: row.line.value for row in section(what, "parameters").rows if row.head != "parameters"}
    assert keys == {node.weight_key(name): product(size) for name, size in node.facts.weights.items()}, where
    field_values(what, seen)


def field_values(what: Explanation, seen: dict[int, Field | None]) -> None:
    """A receptive field that is worked out step by step is the one that the pass finds."""
    rows = section(what, "receptive_field").rows
    if len(what.graph.inputs) > 1 or not any(row.line.value is not None for row in rows):
        return
    field = seen[0]
    assert field is not None
    names = NAMES[len(field.size)][1:]
    heads: list[str] = []
    for row in rows:
        heads = row.head.split(", ") if row.head else heads
        for name in heads:
            axis = names.index(name)
            if row.line.value is not None:
                assert (
                    row.line.value
                    == {"size": field.size, "jump": field.jump, "start": field.start}[row.line.label][axis]
                )


def test_every_layer_of_every_shipped_network() -> None:
    """Over every network that is shipped, each combination of a layer and its input: true lines, the summary's figures."""
    seen = set()
    for shipped in api.shipped():
        graph = shipped.read().graph
        assert graph is not None
        summary, found = api.summarize(graph), fields(graph)
        for index, node in enumerate(graph.nodes):
            key = (node.op, str(node.layer), tuple([graph.shape(tensor) for tensor in node.inputs]), node.copies)
            if key in seen:
                continue
            seen.add(key)
            check(explained(summary, index, found), found[index])
    assert len(seen) > 3000


def test_random_networks() -> None:
    """So it is on networks that nobody wrote: branches, splits, vectors, one to three axes."""
    pytest.importorskip("torch")
    from hypothesis import HealthCheck, given, settings

    from tests.support.graphs import models, text_of

    @settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
    @given(models())
    def holds_for(model: dict[str, Any]) -> None:
        graph = api.read("random.yaml", text=text_of(model)).graph
        if graph is None or not graph.complete:
            return
        summary, found = api.summarize(graph, batch=3), fields(graph)
        for index in range(len(graph.nodes)):
            check(explained(summary, index, found), found[index])

    holds_for()
