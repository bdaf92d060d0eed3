"""The report on limits: words, formulas, JSON."""

from __future__ import annotations

import json
from fractions import Fraction
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.passes.growth import Formula
from cnninspect.reports import limits as report
from cnninspect.reports import limits_json
from cnninspect.reports.limits_words import of_k, polynomial, validity

if TYPE_CHECKING:
    from cnninspect.analysis.limits import Limits

JOINS = dedent("""\
    name: joins
    input: [1, 12, 12]
    layers:
      - {conv: {out: 4, kernel: 3, padding: 1}, name: a}
      - {conv: {out: 4, kernel: 3, stride: 2, padding: 1}, name: down}
      - {conv_transpose: {out: 4, kernel: 2, stride: 2}, name: up}
      - {concat: [a, up], name: join}
""")
TEXT = """\
joins  input 1x12x12

Accepted sizes (tried: 1 to 76)
  height  multiples of 2 from 2
          1 breaks at 'join' (joins.yaml:7): concat along channels needs equal height and width, got (4, 1, 12) and (4, 2, 12)

What breaks at other sizes, height
  11 breaks at 'join' (joins.yaml:7): concat along channels needs equal height and width, got (4, 11, 12) and (4, 12, 12)
    first to refuse: 2k + 1 from 1
  what fits next to 12: 10 and 14

Rows and columns left over
  layer  reads    left over  of the map
  down   4x12x12       1, 1        0, 0
  nothing is left over, height: no size
  nothing of a map, height: multiples of 2 from 2; next to 12: 10 and 14

"""


def found(**wanted: object) -> Limits:
    """The limits of a model whose branches join at even sizes only."""
    return api.limits("joins.yaml", text=JOINS, **wanted)  # type: ignore[arg-type]


def test_text() -> None:
    """Every section: what is accepted, what breaks and where, what is left over, and the table that was asked for."""
    text = report.render(found(axes=["height"], sizes=[11, 12]))
    assert text.startswith(TEXT)
    assert "*12         256" in text
    assert "  11: breaks at 'join' (joins.yaml:7): concat along channels needs" in text
    assert "  n = 2k (exact, k = 1 to 40)\n    MACs " in text
    assert text.isascii()


def test_narrow() -> None:
    """A narrow terminal goes without columns, never without digits; headings are bold where there is colour."""
    limits = found(sizes=[12])
    narrow = report.render(limits, width=30, color=True)
    assert "\x1b[1mAccepted sizes (tried: 1 to 76)\x1b[0m" in narrow
    assert "  size    MACs  peak bytes\n" in narrow
    notes = report.render(limits, width=40).rpartition("\n\n")[2]
    assert notes.startswith("activation bytes: all outputs of layers\nadded up; peak bytes: the most alive at\n")
    assert max(map(len, notes.splitlines())) <= 40
    wide = report.render(found(axes=["height"]), width=70).split("\n")
    assert max(map(len, wide)) <= 70
    at = next(number for number, line in enumerate(wide) if line.startswith("  height  multiples of 2"))
    assert wide[at + 1 : at + 3] == [
        "          1 breaks at 'join' (joins.yaml:7): concat along channels",
        "            needs equal height and width, got (4, 1, 12) and (4, 2,",
    ]


def test_batch_and_type_are_told() -> None:
    """Figures at another batch or data type say so; notes can be left out."""
    text = report.render(found(sizes=[12], batch=4, dtype="float16"), notes=False)
    assert "\nGrowth with height = width, batch 4, float16\n" in text
    assert "\nGrowth with height = width\n" in report.render(found(sizes=[12]))
    assert "activation bytes: all outputs" not in text


def test_where_no_layer_refuses() -> None:
    """An expression without a value breaks the model, not a layer; positions that nothing reads are called so."""
    asks = "input: [1, 40, 40]\nlayers:\n  - conv: {out: 1, kernel: 1, stride: 3}\n  - conv: {out: 1, kernel: $prev.height // 2}\n"
    text = report.render(api.limits("asks.yaml", text=asks))
    assert (
        "3 breaks at the model (asks.yaml:4): kernel must be at least 1, got 0\n" in text
    )  # 3 is one row: 1 // 2 is 0
    assert "\n  input, height: 1 to 2, 4 to 5, 7 to 8, 10 to 11, 13 to 14, 16 to 17 ... 26 positions in all\n" in text


def test_markdown() -> None:
    """Markdown has a heading for each section and the growth as a table."""
    text = report.markdown(found(sizes=[12]))
    assert "## Accepted sizes (tried: 1 to 76)\n\n- height = width  multiples of 2 from 2\n" in text
    row = next(line for line in text.splitlines() if "12,672" in line)
    assert [cell.strip() for cell in row.strip("|").split("|")][:3] == [r"\*12", "256", "12,672"]


def test_json() -> None:
    """JSON has raw integers, null for what there is none of, and sets that a program can use."""
    data = json.loads(limits_json.json(found(sizes=[11, 12])))
    assert data["schema"] == "cnninspect.limits/1"
    assert data["model"] == {"name": "joins", "source": "joins.yaml", "params": {}, "variant": None}
    assert data["inputs"] == {"input": [1, 12, 12]}
    assert [axis["axis"] for axis in data["axes"]] == ["together", "height", "width"]
    first = data["axes"][0]
    assert (first["smallest"], first["breaks_below"]["size"], first["breaks_below"]["line"]) == (2, 1, 7)
    assert first["accepted"] == {
        "tried": [[1, 76]], "before": [], "start": 2, "period": 2, "residues": [0], "least": 2, "most": 76,
        "nearest": [10, 14],
    }  # fmt: skip
    assert data["left_over"] == [{"layer": "down", "reads": [4, 12, 12], "cells": [1, 1], "padding": [1, 1]}]
    assert data["unread"] == {"input": [[], []]}
    assert data["findings"] == []
    (growth,) = data["growth"]
    assert (growth["axis"], growth["inputs"], growth["batch"], growth["dtype"]) == ("together", ["input"], 1, "float32")
    assert [(point["size"], point["refused"] is None) for point in growth["points"]] == [(11, False), (12, True)]
    assert growth["formulas"]["macs"] == {
        "period": 2, "remainder": 0, "numerators": [0, 0, 352], "denominator": 1, "first": 1, "last": 40,
        "exact": True, "error": None,
    }  # fmt: skip


def test_csv() -> None:
    """CSV has a record for each size, empty cells where it is refused."""
    lines = limits_json.csv(found(sizes=[11, 12])).splitlines()
    assert lines[0].startswith("axis,size,accepted,parameters,macs,flops,weight_bytes,activation_bytes,")
    assert lines[1] == "together,11,false,,,,,,,"
    assert lines[2].startswith("together,12,true,256,12672,")


@pytest.mark.parametrize(
    ("coefficients", "text"),
    [
        ((5,), "5"),
        ((0,), "0"),
        ((0, 1), "1 k"),
        ((2048000, 0, 83410944), "83,410,944 k^2 + 2,048,000"),
        ((-3, Fraction(-1, 2), 4), "4 k^2 - 1/2 k - 3"),
        ((0, -1000), "-1,000 k"),
    ],
)
def test_polynomials(coefficients: tuple[int | Fraction, ...], text: str) -> None:
    """A polynomial stands with its highest power first, in whole numbers or fractions."""
    assert polynomial([Fraction(coefficient) for coefficient in coefficients]) == text


def test_validity() -> None:
    """A formula says for which sizes it is and whether it is exact."""
    exact = Formula(32, 1, (Fraction(1),), 2, 40)
    assert (of_k(exact), validity(exact)) == ("32k + 1", "exact, k = 2 to 40")
    rough = Formula(1, 0, (Fraction(1),), 2, 17, Fraction(1, 300))
    assert (of_k(rough), validity(rough)) == ("k", "within 0.34%, k = 2 to 17")
