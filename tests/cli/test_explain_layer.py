"""``cnninspect explain MODEL LAYER``: a layer's figures with the arithmetic behind them, as pages and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from cnninspect.cli import run
from cnninspect.cli.explaining import drawn
from cnninspect.reports.working import explain_layer
from cnninspect.reports.working_text import Style, page, plain_signs
from tests.reports import BROKEN, SMALL

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "explained"

BOTTLE = """\
name: bottle
input: [3, 33, 33]
layers:
  - {conv: {out: 8, kernel: 7, stride: 2, padding: 3}, name: stem}
  - {batch_norm: , name: bn}
  - {max_pool: {kernel: 2, rounding: ceil}, name: pool}
  - {depthwise_conv: {kernel: 3, padding: half, dilation: 2, bias: false}, name: dw}
  - {conv: {out: 8, kernel: 2, stride: 2, padding: same, groups: 2}, name: uneven}
  - {squeeze_excite: {squeeze: 4}, name: se}
  - {conv_transpose: {out: 8, kernel: 3, stride: 2, padding: 1, output_padding: 1}, name: up}
  - {add: [up, up], name: sum}
  - {concat: [up, sum], name: cat}
  - {chunk: 2, name: halves}
  - {roi_align: {size: 2, regions: 5}, name: roi, from: halves.0}
  - {conv: {out: 2, kernel: 1}, name: head}
  - flatten
  - {linear: 4, name: fc}
  - {relu: , name: act}
  - {linear: 4, name: again}
  - {linear: 4, name: twin, share: again}
"""
LINE = """\
name: line
inputs: {sound: [2, 100], beat: [2, 100]}
layers:
  - {conv: {out: 4, kernel: 1, stride: 5}, name: gaps, from: sound}
  - {conv: {out: 4, kernel: 9, stride: 5, padding: 4, trainable: false}, name: wide, from: beat}
  - {mul: [gaps, wide], name: gate}
  - {linear: 3, name: aux}
  - {avg_pool: {kernel: 3, stride: 2, padding: 1}, name: out, from: gate}
outputs: {main: out, aux: {from: aux, training: true}}
"""
SOLID = """\
name: solid
input: [1, 8, 16, 16]
layers:
  - {conv: {out: 2, kernel: [3, 5, 5], stride: [1, 2, 2], padding: [[1, 1], [2, 1], [2, 1]]}, name: conv}
  - {global_avg_pool: , name: gap}
"""
CASES = {
    **{f"bottle-{name}": (BOTTLE, name) for name in (
        "stem", "bn", "pool", "dw", "uneven", "se.fc1", "up", "sum", "cat", "halves", "roi", "head", "fc", "act", "twin",
    )},
    **{f"line-{name}": (LINE, name) for name in ("gaps", "wide", "gate", "aux", "out")},
    **{f"solid-{name}": (SOLID, name) for name in ("conv", "gap")},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The models as files in the working folder."""
    monkeypatch.chdir(tmp_path)
    for name, text in {"bottle": BOTTLE, "line": LINE, "solid": SOLID, "small": SMALL, "broken": BROKEN}.items():
        (tmp_path / f"{name}.yaml").write_text(text, "utf-8")
    return tmp_path


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints."""
    assert run(["explain", *arguments]) == 0
    text, err = capsys.readouterr()
    assert err == ""
    return text


@pytest.mark.parametrize("case", CASES)
@pytest.mark.usefixtures("folder")
def test_golden(case: str, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> None:
    """The page of a layer is the one that a person has read and kept; --update rewrites it."""
    text = shown(capsys, f"{case.partition('-')[0]}.yaml", CASES[case][1])
    kept = GOLDEN / f"{case}.txt"
    if request.config.getoption("--update"):
        kept.write_text(text, "utf-8")
    assert text == kept.read_text("utf-8")


def test_no_page_is_left_over() -> None:
    """Every kept page belongs to a case."""
    assert {path.stem for path in GOLDEN.iterdir()} == set(CASES)


# --- JSON ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get every fact under a key of its own, and every line with its expression and value."""
    found: dict[str, Any] = json.loads(shown(capsys, "line.yaml", "wide", "--format", "json", "--batch", "2"))
    workings = found.pop("workings")
    assert found == {
        "schema": "cnninspect.explain/1",
        "model": {"name": "line", "source": "line.yaml", "variant": None},
        "batch": 2,
        "dtype": "float32",
        "layer": "wide",
        "type": "conv",
        "source": {"file": "line.yaml", "line": 5, "column": 6},
        "yaml": ["  - {conv: {out: 4, kernel: 9, stride: 5, padding: 4, trainable: false}, name: wide, from: beat}"[2:]],
        "means": "conv: {out: 4, kernel: 9, stride: 5, padding: 4, trainable: false}",
        "calls": [],
        "inputs": [{"name": "beat", "shape": [2, 100]}],
        "output_shapes": [[4, 20]],
        "read_by": ["gate"],
        "outputs": [],
        "shares": None,
        "init": {},
        "training": False,
        "copies": 1,
        "weights": {"wide.weight": [4, 2, 9], "wide.bias": [4]},
        "buffer_shapes": {},
        "figures": {
            "parameters": 76, "trainable": 0, "buffers": 0, "macs": 2880, "flops": 5920, "weight_bytes": 304,
            "activation_bytes": 640,
        },
        "torch": [
            "torch.nn.Conv1d(in_channels=2, out_channels=4, kernel_size=(9,), stride=(5,), padding=(4,), "
            "dilation=(1,), groups=1, bias=True, padding_mode='zeros')"
        ],
    }  # fmt: skip
    assert [*workings] == ["size", "padding", "parameters", "computation", "memory", "receptive_field"]
    assert workings["size"] == [
        {"of": "channels", "symbol": "", "expression": "4", "unrounded": None, "value": 4, "note": "set by the layer"},
        {
            "of": "length", "symbol": "", "expression": "(100 + 2·4 − 9)/5 + 1", "unrounded": "20.8", "value": 20,
            "note": "rounded down",
        },
        {
            "of": "never read", "symbol": "", "expression": None, "unrounded": None, "value": None,
            "note": "4 positions of the padding, at the end",
        },
    ]  # fmt: skip
    assert workings["computation"][3] == {
        "of": "MACs in all", "symbol": "", "expression": "2 · 1,440", "unrounded": None, "value": 2880,
        "note": "for 2 samples",
    }  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_shared_weights_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A layer that shares weights names the owner, and its own parameters are 0."""
    found = json.loads(shown(capsys, "bottle.yaml", "twin", "--format", "json"))
    assert (found["shares"], found["copies"], found["figures"]["parameters"]) == ("again", 5, 0)
    assert found["weights"] == {"twin.weight": [4, 4], "twin.bias": [4]}


# --- options ---------------------------------------------------------------------------------


def test_options_of_a_model(capsys: pytest.CaptureFixture[str]) -> None:
    """Params, variants, inputs, batch and data type are those of summary."""
    text = shown(capsys, "resnet50", "fc", "--set", "classes=7", "--batch", "8", "--dtype", "float16")
    assert "  MACs              7 · 2,048 = 14,336  outputs · features in\n" in text
    assert "  MACs in all       8 · 14,336 = 114,688  for 8 samples\n" in text
    assert "  weights           14,343 · 2 = 28,686  bytes: 2 for each float16\n" in text
    text = shown(capsys, "vgg16", "features.0", "--variant", "vgg11", "--input", "3x32x32")
    assert text.startswith("features.0: conv of vgg11, vgg16.yaml:")
    assert "  32 + 2·1 − 3 + 1 = 32\n" in text


@pytest.mark.usefixtures("folder")
def test_an_output_of_several(capsys: pytest.CaptureFixture[str]) -> None:
    """The name of one of several outputs leads to its layer."""
    assert shown(capsys, "bottle.yaml", "halves.1") == shown(capsys, "bottle.yaml", "halves")


def test_a_layer_without_a_readable_shape() -> None:
    """A layer whose shape is unknown is explained as far as it can be."""
    graph = api.read("broken.yaml", text=BROKEN).graph
    assert graph is not None
    text = page(explain_layer(graph, 1), [], Style())
    assert text == (
        "mid: conv of broken, broken.yaml:5\n"
        "\n"
        "  means    conv: {out: 8, kernel: 3, groups: 4}\n"
        "  reads    stem (6, 6, 6)\n"
        "  makes    ?\n"
        "  read by  2\n"
        "  unknown  its shape could not be worked out, so nothing about it is known\n"
    )


# --- refusals ------------------------------------------------------------------------------


@pytest.mark.usefixtures("folder")
def test_a_broken_model(capsys: pytest.CaptureFixture[str]) -> None:
    """A model with a mistake gives its findings and exit code 1."""
    assert run(["explain", "broken.yaml", "stem"]) == 1
    assert capsys.readouterr().out.startswith("error[groups-do-not-divide]")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("small.yaml", "stme"), "small has no layer 'stme'\n  = help: did you mean 'stem'?\n"),
        (
            ("small.yaml", "conv"),
            "small has no layer 'conv'\n"
            "  = help: layers of the type conv: stem, body.0.conv, body.1.conv, body.2.conv\n",
        ),
        (
            ("small.yaml", "body.1"),
            "'body.1' is a scope of small, no layer\n  = help: in it are body.1.conv, body.1.bn\n",
        ),
        (("small.yaml", "input"), "'input' is an input of small, no layer\n  = help: it is read by stem\n"),
        (
            ("small.yaml", "bn"),
            "small has no layer 'bn'\n  = help: did you mean body.0.bn, body.1.bn, body.2.bn?\n",
        ),
        (
            ("small.yaml", "\x1b[31m"),
            "small has no layer '\\x1b[31m'\n  = help: cnninspect summary small.yaml lists its layers, such as "
            "stem, body.0.conv, body.0.bn, body.1.conv, body.1.bn, body.2.conv, body.2.bn, halves and 5 more\n",
        ),
        (
            ("conv", "--batch", "2", "--format", "json"),
            "--format and --batch belong to a layer of a model\n"
            "  = help: name the layer too: cnninspect explain conv LAYER\n",
        ),
        (("conv", "--batch", "0"), "--batch must be at least 1, got 0\n"),
        (("conv", "--dtype", "flaot16"), "--dtype has no 'flaot16'\n  = help: did you mean 'float16'?\n"),
        (("conv", "--format", "yaml"), "--format has no 'yaml'\n  = help: it takes text, json\n"),
        (("nothing-there", "stem"), "there is no"),
    ],
)
@pytest.mark.usefixtures("folder")
def test_refusals(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be explained is refused with what to try instead."""
    assert run(["explain", *arguments]) == 2
    text, err = capsys.readouterr()
    assert text == ""
    assert err.startswith(f"cnninspect: {message}") if message[-1] != "\n" else err == f"cnninspect: {message}"


# --- where it goes ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 80, 140])
@pytest.mark.parametrize("case", CASES)
def test_a_page_fits_a_terminal(case: str, width: int) -> None:
    """In a terminal no line is longer than it, but for a word that cannot be broken; nothing is lost."""
    graph = api.read("model.yaml", text=CASES[case][0]).graph
    assert graph is not None
    index = next(index for index, node in enumerate(graph.nodes) if node.name == CASES[case][1])
    found = explain_layer(graph, index)
    text, full = page(found, [], Style(width)), page(found, [], Style())
    assert [line for line in text.split("\n") if len(line) > width] == []
    assert text.split() == full.split()


@pytest.mark.usefixtures("folder")
def test_files_and_colour(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file gets the page without colour, and the model itself is never written over."""
    assert shown(capsys, "solid.yaml", "conv", "-o", "page.txt") == ""
    plain = shown(capsys, "solid.yaml", "conv")
    assert (folder / "page.txt").read_text("utf-8") == plain
    colored = shown(capsys, "solid.yaml", "conv", "--color", "always")
    assert colored != plain
    assert colored.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") == plain
    assert run(["explain", "solid.yaml", "conv", "-o", "solid.yaml"]) == 2
    assert "it would be lost" in capsys.readouterr().err


def test_a_terminal_without_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the output has no Unicode the signs are spelled in ASCII."""

    class Latin:
        encoding = "latin-1"

        def isatty(self) -> bool:
            return False

    page_of: Callable[[Style], str] = lambda style: "⌈7/2⌉·2 − ⌊3.33…⌋ → 1"  # noqa: ARG005, E731
    monkeypatch.setattr("sys.stdout", Latin())
    assert drawn(page_of, "never", None) == "ceil(7/2)*2 - floor(3.33...) -> 1"
    assert drawn(page_of, "never", "file.txt") == "⌈7/2⌉·2 − ⌊3.33…⌋ → 1"


def test_every_sign_has_a_spelling() -> None:
    """No page of a case has a sign that ASCII lacks once the signs are spelled."""
    for path in GOLDEN.iterdir():
        assert plain_signs(path.read_text("utf-8")).isascii()
