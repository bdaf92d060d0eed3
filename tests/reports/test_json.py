"""JSON for programs: exact keys, raw integers, one layer a line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnninspect import api
from cnninspect.reports.json import render, render_broken, render_several, value
from tests.reports import BROKEN, SMALL, summary_of

KEYS = ["schema", "model", "inputs", "outputs", "batch", "dtype", "totals", "layers", "findings"]


def test_document() -> None:
    """A summary has the promised keys in their order, and everything but the layers in full."""
    document = json.loads(render(summary_of(SMALL, batch=2), ()))
    layers = document.pop("layers")
    assert len(layers) == 13
    assert document == {
        "schema": "cnninspect.summary/1",
        "model": {
            "name": "small",
            "source": "small.yaml",
            "params": {"classes": 10},
            "variant": None,
            "description": "Three stages and a head | for tests.",
            "reference": {"year": 2024, "note": "nan"},
        },
        "inputs": [{"name": "input", "shape": [3, 8, 8]}],
        "outputs": [
            {"name": "main", "shape": [10], "training": False},
            {"name": "aux", "shape": [5], "training": True},
        ],
        "batch": 2,
        "dtype": "float32",
        "totals": {
            "layers": 13,
            "weight_layers": 5,
            "parameters": 613,
            "trainable": 613,
            "buffers": 27,
            "macs": 17320,
            "flops": 35684,
            "weight_bytes": 2452,
            "peak_activation_bytes": 2048,
            "saved_activation_bytes": 4720,
            "activation_bytes": 4464,
        },
        "findings": [],
    }


def test_layer() -> None:
    """A layer has its names, shapes, costs, weights and its place in the file."""
    layers = json.loads(render(summary_of(SMALL), ()))["layers"]
    assert layers[2] == {
        "name": "body.0.bn",
        "type": "batch_norm",
        "block": "unit",
        "inputs": ["body.0.conv"],
        "output_shape": [4, 4, 4],
        "parameters": 8,
        "trainable": 8,
        "buffers": 9,
        "macs": 0,
        "flops": 128,
        "weight_bytes": 32,
        "activation_bytes": 256,
        "weights": {"weight": [4], "bias": [4]},
        "buffer_shapes": {"running_mean": [4], "running_var": [4], "num_batches_tracked": []},
        "receptive_field": {
            "size": [7, 7],
            "stride": [2, 2],
            "start": [-3, -3],
            "global": False,
            "varies": False,
        },
        "alive_bytes": 512,
        "saved_bytes": 288,
        "source": {"file": "small.yaml", "line": 11, "column": 10},
    }


def test_special_layers() -> None:
    """Several outputs, training, shared weights and repeated runs have keys of their own, elsewhere left out."""
    layers = {layer["name"]: layer for layer in json.loads(render(summary_of(SMALL), ()))["layers"]}
    assert layers["halves"]["output_shapes"] == [[2, 4, 4], [2, 4, 4]]
    assert layers["sum"]["inputs"] == ["halves.0", "halves.1"]
    assert [name for name, layer in layers.items() if "training" in layer] == ["aux"]
    assert layers["aux"]["training"] is True
    assert not any(key in layer for layer in layers.values() for key in ("shares", "copies"))
    text = "input: [3]\nlayers: [{linear: 3, name: a}, {linear: 3, share: a}]"
    assert json.loads(render(summary_of(text), ()))["layers"][1]["shares"] == "a"


def test_unknown_is_null() -> None:
    """What a mistake leaves unknown is null, and the findings tell why."""
    loaded = api.read("broken.yaml", text=BROKEN)
    document = json.loads(render(summary_of(BROKEN), loaded.findings))
    mid = document["layers"][1]
    assert {mid[key] for key in ("output_shape", "weights", "buffer_shapes", "macs") if mid[key] is not None} == set()
    assert document["totals"]["parameters"] is None
    (finding,) = document["findings"]
    assert (finding["code"], finding["severity"], finding["layer"]) == ("groups-do-not-divide", "error", "mid")
    assert (finding["file"], finding["line"], finding["column"]) == ("broken.yaml", 5, 40)
    assert sorted(finding) == sorted(
        ["code", "severity", "message", "notes", "help", "file", "line", "column", "end_line", "end_column", "layer"],
    )


def test_nothing_could_be_read() -> None:
    """A file that is no model at all still gives a document with every key."""
    loaded = api.read("bad.yaml", text="input: [3")
    document = json.loads(render_broken("bad.yaml", 1, "float32", loaded.findings))
    assert list(document) == KEYS
    assert document["layers"] == []
    assert document["model"]["params"] is None
    assert set(document["totals"].values()) == {None}
    assert len(document["findings"]) == 1


def test_several() -> None:
    """Several networks are a list of their documents."""
    one = render(summary_of(SMALL), ())
    document = json.loads(render_several([one, one]))
    assert document == {"schema": "cnninspect.summaries/1", "models": [json.loads(one)] * 2}


def test_layout() -> None:
    """Top-level keys and layers have lines of their own; without the table there are no layers."""
    lines = render(summary_of(SMALL), ()).split("\n")
    assert len(lines) == 1 + 6 + 1 + 13 + 1 + 1
    assert lines[8].startswith('  {"name": "stem", "type": "conv"')
    assert "layers" not in json.loads(render(summary_of(SMALL), (), table=False))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(plain)
def test_values_round_trip(found: object) -> None:
    """Every plain value is valid JSON in ASCII that reads back as the same value."""
    text = value(found)
    assert text.isascii()
    assert json.loads(text) == found


@pytest.mark.parametrize(
    ("found", "text"), [(float("inf"), '"inf"'), (float("nan"), '"nan"'), ((1, (2,)), "[1, [2]]"), (object(), "null")]
)
def test_what_json_cannot_say(found: object, text: str) -> None:
    """Infinities become text, tuples lists, and anything else null."""
    assert value(found) == text
