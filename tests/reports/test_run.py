"""A run as text: what fits a terminal, what is said of numbers that are none."""

from __future__ import annotations

import json

import pytest

pytest.importorskip("torch")

from cnninspect import api
from cnninspect.reports import run, run_json
from cnninspect.reports.run import Style
from tests.support.models import graph_of

TEXT = """
name: tiny
input: [2, 4, 4]
layers:
  - {conv: {out: 3, kernel: 3}, name: stem}
  - {relu: {}, name: act}
  - flatten
  - {linear: 4, name: fc}
"""


def test_widths() -> None:
    """A narrow terminal keeps names, shapes and times with bars; nothing is wider than it is."""
    ran = api.run(graph_of(TEXT), batch=2, device="cpu", runs=1)
    for width in (60, 80, 140):
        lines = run.render(ran, None, Style(width)).splitlines()
        assert max(map(len, lines[2:7])) <= width
        assert {"name", "output", "ms"} <= {*lines[2].split()}
    assert "std" in run.render(ran, None, Style(140)).splitlines()[2].split()


def test_markdown_has_every_layer() -> None:
    """Markdown has the layers as a table and what the output contains."""
    ran = api.run(graph_of(TEXT), device="cpu", runs=1)
    lines = run.markdown(ran, ["a", "b", "c", "d"]).splitlines()
    assert lines[0] == "### tiny"
    assert [line.split("|")[1].strip() for line in lines[6:10]] == ["stem", "act", "2", "fc"]
    assert {line.split()[0] for line in lines if line.startswith("  ")} == {"a", "b", "c", "d"}


def test_numbers_that_json_has_no_word_for() -> None:
    """NaN and infinity are null, so that any program can read the file."""
    ran = api.run(graph_of(TEXT), device="cpu", runs=1)
    head = ran.heads[0]
    top = head.top[0]._replace(numbers=(float("nan"), float("inf"), 1.0, 0.0))
    found = json.loads(run_json.json(ran._replace(heads=(head._replace(top=(top,)),))), parse_constant=pytest.fail)
    assert [entry["value"] for entry in found["outputs"][0]["top"][0]] == [None, None, 1.0, 0.0]
    assert [layer["stated_shapes"] for layer in found["layers"]] == [
        layer["output_shapes"] for layer in found["layers"]
    ]
