"""Keras's count of parameters in the reports that show totals."""

from __future__ import annotations

import json

from cnninspect import api
from cnninspect.reports.json import render, render_broken
from cnninspect.reports.totals import totals
from tests.reports import BROKEN, SMALL


def counted(text: str) -> api.Summary:
    """The summary of a model text, with Keras's count."""
    graph = api.read("small.yaml", text=text).graph
    assert graph is not None
    return api.summarize(graph, count="keras")


def test_json() -> None:
    """The sums of a document gain a key: 613 learned, and 3 · (4 + 4) statistics of the batch norms."""
    sums = json.loads(render(counted(SMALL), ()))["totals"]
    assert sums["keras"] == {"total": 637, "trainable": 613, "non_trainable": 24}
    assert (sums["parameters"], sums["buffers"]) == (613, 27)


def test_json_without() -> None:
    """Without being asked there is no such key."""
    graph = api.load("lenet5_modern")
    assert "keras" not in json.loads(render(api.summarize(graph), ()))["totals"]


def test_json_of_what_is_unknown() -> None:
    """Unknown is null, whether the network has a mistake or could not be read."""
    unknown = {"total": None, "trainable": None, "non_trainable": None}
    assert json.loads(render(counted(BROKEN), ()))["totals"]["keras"] == unknown
    assert json.loads(render_broken("bad.yaml", 1, "float32", (), keras=True))["totals"]["keras"] == unknown


def test_table() -> None:
    """Below the buffers stand the three lines of a summary of Keras's."""
    found = totals(counted(SMALL), "{:,}".format)
    first = [label for label, _, _ in found].index("buffers") + 1
    assert found[first : first + 3] == [
        ("Keras total params", "637", "running statistics included"),
        ("Keras trainable", "613", ""),
        ("Keras non-trainable", "24", ""),
    ]
