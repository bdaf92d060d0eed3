"""`cnninspect export`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.reports import dot, mermaid
from tests.cli.test_summary import run

if TYPE_CHECKING:
    from pathlib import Path

TINY = """
name: tiny
input: [3, 8, 8]
params: {classes: 10}
layers:
  - {conv: {out: 4, kernel: 3}, name: conv}
  - flatten
  - {linear: $classes, name: fc}
outputs: {fc: fc, map: {from: conv, training: true}}
"""
DOCUMENT = {
    "schema": "cnninspect.graph/1",
    "model": {"name": "tiny", "source": "<stdin>", "description": "", "variant": None, "params": {"classes": 7}},
    "inputs": [{"name": "input", "shape": [3, 8, 8]}],
    "outputs": [
        {"name": "fc", "tensor": {"node": "fc", "output": 0}, "shape": [7], "training": False},
        {"name": "map", "tensor": {"node": "conv", "output": 0}, "shape": [4, 6, 6], "training": True},
    ],
}
FLATTEN = {
    "name": "1",
    "type": "flatten",
    "options": {"start": 1, "end": -1},
    "inputs": [{"node": "conv", "output": 0}],
    "output_shapes": [[144]],
    "weights": {},
    "buffers": {},
    "shares": None,
    "init": {},
    "copies": 1,
    "training": False,
    "blocks": [],
    "source": {"file": "<stdin>", "line": 7, "column": 5},
}


def test_json() -> None:
    """The graph for machines: every tensor by name, every option, unknown things as null."""
    done = run("export", "-", "--to", "json", "--set", "classes=7", stdin=TINY)
    document = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert {key: document[key] for key in DOCUMENT} == DOCUMENT
    assert [node["name"] for node in document["nodes"]] == ["conv", "1", "fc"]
    assert {**document["nodes"][1], "options": FLATTEN["options"]} == FLATTEN
    assert document["nodes"][2]["weights"] == {"weight": [7, 144], "bias": [7]}


def test_python_to_the_screen_and_to_a_file(tmp_path: Path) -> None:
    """Without -o the file is printed; with it the same text is written; params given are the defaults."""
    printed = run("export", "-", "--to", "pytorch", "--set", "classes=7", stdin=TINY)
    assert "def tiny(classes: int = 7) -> Tiny:\n" in printed.stdout
    target = tmp_path / "tiny.py"
    done = run("export", "-", "--to", "pytorch", "--set", "classes=7", "-o", str(target), stdin=TINY)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert target.read_text("utf-8") == printed.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.py"]


def test_drawings() -> None:
    """What dot and mermaid print is what the reports draw, to the depth that is asked for."""
    graph = api.load("lenet5")
    assert run("export", "lenet5", "--to", "dot").stdout == dot.render(graph)
    assert run("export", "googlenet", "--to", "mermaid", "--depth", "1").stdout == mermaid.render(
        api.load("googlenet"), 1
    )


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--to", "pytroch"], "cnninspect: --to has no 'pytroch'\n  = help: did you mean 'pytorch'?\n"),
        (["--to", "onnx"], "cnninspect: ONNX is not text and goes into a file\n  = help: write -o FILE.onnx\n"),
        (
            ["--to", "json", "--depth", "2"],
            "cnninspect: --depth means nothing to json\n  = help: it is for --to dot or mermaid\n",
        ),
        (["--to", "onnx", "-o", "x.onnx", "--opset", "3"], "cnninspect: --opset takes 18 to 26, got 3\n"),
        (
            ["--to", "dot", "--render", "x.gif"],
            "cnninspect: --render writes svg, png, pdf, and 'x.gif' ends with none of them\n  = help: --render FILE.svg\n",
        ),
    ],
)
def test_refusals(options: list[str], error: str) -> None:
    """What cannot be done is one sentence and a way out, and nothing is printed."""
    done = run("export", "-", *options, stdin=TINY)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", error)


def test_a_broken_model_is_not_exported() -> None:
    """Its findings are printed and the exit code is 1."""
    done = run("export", "-", "--to", "dot", stdin=TINY.replace("kernel: 3", "kernel: 9"))
    assert done.returncode == 1
    assert done.stdout.startswith("error[")


@pytest.mark.torch
def test_onnx_runs_as_torch_does() -> None:
    """The file passes ONNX's own checker, takes any batch, and onnxruntime computes what torch does."""
    torch = pytest.importorskip("torch")
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    data = api.export_onnx(api.load("lenet5_modern"), seed=3)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    network = api.build("lenet5_modern", seed=3).eval()
    session = runtime.InferenceSession(data, providers=["CPUExecutionProvider"])
    for batch in (1, 3):
        x = torch.randn(batch, *api.load("lenet5_modern").inputs[0].shape)
        (found,) = session.run(None, {"input": x.numpy()})
        torch.testing.assert_close(torch.from_numpy(found), network(x).detach())
