"""`cnninspect export`, as a user runs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from shutil import which

import pytest

from cnninspect import api
from cnninspect.reports import dot, mermaid
from tests.cli.test_summary import run

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
            ["--to", "dot", "--render", "x.svg", "-o", "./x.svg"],
            "cnninspect: --render and --output both name 'x.svg'\n  = help: name another file for one of them\n",
        ),
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


@pytest.mark.skipif(which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize(("kind", "head"), [("svg", b"<?xml"), ("png", b"\x89PNG\r\n"), ("pdf", b"%PDF-")])
def test_graphviz_draws(kind: str, head: bytes, tmp_path: Path) -> None:
    """Where Graphviz is installed --render has it draw the graph; every layer and every block is in the picture."""
    path = tmp_path / f"net.{kind}"
    done = run("export", "resnet18", "--to", "dot", "--render", str(path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    picture = path.read_bytes()
    assert picture.startswith(head)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    if kind == "svg":
        text = picture.decode("utf-8")
        assert text.count('class="node"') == len(api.load("resnet18").nodes) + 2  # and the input, and the output
        assert text.count('class="cluster"') == 4 + 8 + 3  # layers, blocks, and what stands beside some of them


def program(folder: Path, text: str) -> str:
    """A folder in which a program called dot does something else."""
    path = folder / "dot"
    path.write_text(f"#!{sys.executable}\nimport sys\n{text}\n", "utf-8")
    path.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            None,
            "cnninspect: --render needs Graphviz, which is not installed\n  = help: install Graphviz (its program is "
            "called dot), or keep the text with -o FILE.dot and draw it elsewhere\n",
        ),
        ("sys.exit('no font\\nat all')", "cnninspect: Graphviz failed: no font\n"),
    ],
)
def test_graphviz_that_does_not_draw(text: str | None, error: str, tmp_path: Path) -> None:
    """Without Graphviz, and where it fails, there is a sentence and no file."""
    folder = str(tmp_path) if text is None else program(tmp_path, text)
    done = run("export", "-", "--to", "dot", "--render", str(tmp_path / "x.svg"), stdin=TINY, PATH=folder)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", error)
    assert not (tmp_path / "x.svg").exists()


def test_graphviz_is_given_the_drawing(tmp_path: Path) -> None:
    """What Graphviz reads is what --to dot prints, and what it gives is the file."""
    folder = program(tmp_path, "sys.stdout.write(sys.argv[1] + sys.stdin.read())")
    done = run("export", "lenet5", "--to", "dot", "--render", str(tmp_path / "x.svg"), PATH=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "x.svg").read_text("utf-8") == "-Tsvg" + dot.render(api.load("lenet5"))


@pytest.mark.torch
def test_weights_beyond_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights that are too much for one file go into a second one beside it; as bytes they are refused in a sentence."""
    torch = pytest.importorskip("torch")
    onnx, runtime = pytest.importorskip("onnx"), pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    from cnninspect.backends import export_onnx

    graph, path = api.load("lenet5_modern"), str(tmp_path / "net.onnx")
    assert api.save_onnx(graph, path, seed=3) == [path]
    monkeypatch.setattr(export_onnx, "LARGEST", 1000)
    with pytest.raises(api.CannotRun) as caught:
        api.export_onnx(graph)
    assert caught.value.problem.message == (
        "'lenet5_modern' has 246,824 bytes of weights, and one ONNX file holds less than 2 GiB"
    )
    x = torch.randn(2, *graph.inputs[0].shape)
    expected = api.build(graph, seed=3).eval()(x)
    assert api.save_onnx(graph, path, seed=3) == [path + ".data", path]
    onnx.checker.check_model(path, full_check=True)
    (found,) = runtime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"input": x.numpy()})
    torch.testing.assert_close(torch.from_numpy(found), expected)


def test_several_files_or_none(tmp_path: Path) -> None:
    """Files that belong together appear together; where one cannot be written none is, and nothing is left behind."""
    from cnninspect.cli.common import Stop
    from cnninspect.cli.output import emit_several

    target = tmp_path / "net.onnx"
    target.write_text("old", "utf-8")

    def write(path: str) -> list[str]:
        for name in (path + ".data", path):
            Path(name).write_text("new", "utf-8")
        return [path + ".data", path]

    def stopped(path: str) -> list[str]:
        write(path)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        emit_several(stopped, str(target))
    assert [(one.name, one.read_text("utf-8")) for one in tmp_path.iterdir()] == [("net.onnx", "old")]
    with pytest.raises(Stop):
        emit_several(write, str(target), [str(tmp_path / "net.onnx.data")])  # which is the model
    assert [one.name for one in tmp_path.iterdir()] == ["net.onnx"]
    emit_several(write, str(target))
    assert {one.name: one.read_text("utf-8") for one in tmp_path.iterdir()} == {
        "net.onnx": "new",
        "net.onnx.data": "new",
    }


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
