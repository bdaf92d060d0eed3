"""Networks as Python files: what they look like, and that they are the network that `build` makes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect import api
from tests.support.budget import CI, EXAMPLES

torch = pytest.importorskip("torch")

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.ir import Graph

HERE = Path(__file__).parent / "exported"
RESIDUAL = """
name: tiny_residual
description: Two stages of one block.
reference: {title: An Example, year: 2020, arxiv: "2001.00001"}
input: [3, 16, 16]
params: {classes: 10}
blocks:
  unit:
    args: {out, stride: 1}
    layers:
      - add:
          main:
            - {conv: {out: $out, kernel: 3, stride: $stride, padding: 1, bias: false}, name: conv}
            - {batch_norm: , name: bn}
          skip:
            - {conv: {out: $out, kernel: 1, stride: $stride}, name: project, when: $prev.channels != $out}
      - relu
layers:
  - {unit: {out: 8}, repeat: 3, name: stage1}
  - {unit: {out: 16, stride: 2}, name: stage2}
  - global_avg_pool
  - flatten
  - {linear: $classes, name: fc}
"""
SHARED = """
name: shared
inputs: {left: [3, 8, 8], right: [3, 8, 8]}
layers:
  - {conv: {out: 4, kernel: 3}, from: left, name: eye}
  - {share: eye, from: right, name: other_eye}
  - {conv: {out: 4, kernel: 3, padding: 1, dilation: 1}, from: left, share: eye, name: wide_eye}
  - {global_avg_pool: , name: pooled}
  - {concat: [eye, other_eye], name: both}
  - {flatten: , name: flat}
  - {linear: {out: 2, trainable: false}, name: fc}
outputs:
  fc: fc
  aux: {from: pooled, training: true}
"""
AWKWARD = r'''
name: "2 \"odd\" names"
description: 'Ends the docstring """ and \ escapes'
input: [4, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: type}
  - {conv: {out: 4, kernel: 3, padding: [[0, 1], [0, 1]]}, name: class}
  - {add: {a: [{conv: {out: 4, kernel: 1}}], b: [{conv: {out: 4, kernel: 1}, name: a-b}]}}
  - {conv: {out: 4, kernel: 1}, name: forward.0}
  - {layer_scale: {}, name: gamma}
'''


def read(name: str, text: str) -> Graph:
    """A graph of a text."""
    graph = api.read(f"{name}.yaml", text=text).graph
    assert graph is not None
    return graph


def network(graph: Graph, text: str) -> Any:
    """What the file's own function makes."""
    space: dict[str, Any] = {"__name__": "exported"}
    exec(compile(text, f"{graph.name}.py", "exec"), space)
    (made,) = [
        value for key, value in space.items() if getattr(value, "__doc__", None) and "Make the network" in value.__doc__
    ]
    return made()


def values(made: Any) -> list[Any]:
    """The tensors of a result."""
    return list(made.values()) if isinstance(made, dict) else [made]


def hold(graph: Graph, modes: Sequence[bool] = (False, True)) -> None:
    """Hold a file against `build`: keys, first weights of a seed, results and statistics in each mode, to the last bit."""
    built: Any = api.build(graph, seed=1)
    torch.manual_seed(1)
    made = network(graph, api.export_python(graph))
    assert [(key, tensor.shape) for key, tensor in made.state_dict().items()] == [
        (key, tensor.shape) for key, tensor in built.state_dict().items()
    ]
    assert all(torch.equal(tensor, built.state_dict()[key]) for key, tensor in made.state_dict().items())
    learned = [(key, weight.requires_grad) for key, weight in made.named_parameters()]
    assert learned == [(key, weight.requires_grad) for key, weight in built.named_parameters()]
    for training in modes:
        inputs = [torch.randn(2, *given.shape) for given in graph.inputs]
        torch.manual_seed(2)
        expected = built.train(training)(*[one.clone() for one in inputs])
        torch.manual_seed(2)
        found = made.train(training)(*inputs)
        assert (list(found) if isinstance(found, dict) else None) == (
            list(expected) if isinstance(expected, dict) else None
        )
        assert all(torch.equal(one, other) for one, other in zip(values(found), values(expected), strict=True))
    assert all(torch.equal(tensor, built.state_dict()[key]) for key, tensor in made.state_dict().items())


BEGUN = """
name: begun
input: [3, 12, 12]
blocks:
  unit:
    args: {out, init: kaiming}
    layers:
      - {conv: {out: $out, kernel: 3, padding: 1}, name: conv, init: $init}
      - {batch_norm: , name: bn, init: zeros}
layers:
  - {unit: 4, name: a}
  - {unit: {out: 4, init: orthogonal}, name: b, repeat: 2}
  - {unit: {out: 4, init: {trunc_normal: 0.1}}, name: initialise}
  - {conv_transpose: {out: 4, kernel: 2}, name: up, init: {weight: xavier}}
  - {layer_scale: {bare: true}, name: gamma, init: {uniform: 0.5}}
  - {conv: {out: 4, kernel: 1}, name: type, init: {weight: torch, bias: {normal: 2}}}
  - {conv: {out: 4, kernel: 1}, name: last, share: type}
  - flatten
  - {linear: 5, name: fc, init: {weight: kaiming, bias: -4.6}}
"""


TEXTS = {
    "residual": RESIDUAL,
    "shared": SHARED,
    "awkward": AWKWARD,
    "begun": BEGUN,
}


def test_beginnings_are_written_out() -> None:
    """How weights begin is a method of the network: what is drawn in the layers' order, constants by their value."""
    text = api.export_python(read("begun", BEGUN))
    body = text[text.index("    def initialise_2") :].partition("    def forward")[0]
    assert (
        body
        == """\
    def initialise_2(self) -> None:
        \"\"\"Let weights begin as the model says, the others as torch has them.\"\"\"
        weights = dict(self.named_parameters())
        nn.init.kaiming_normal_(
            weights["a.conv.weight"], mode="fan_out", nonlinearity="relu"
        )
        for name in ("b.0.conv.weight", "b.1.conv.weight"):
            nn.init.orthogonal_(weights[name], gain=2**0.5)
        nn.init.trunc_normal_(weights["initialise.conv.weight"], std=0.1, a=-0.2, b=0.2)
        nn.init.xavier_uniform_(weights["up.weight"])
        nn.init.uniform_(weights["gamma"], a=-0.5, b=0.5)
        nn.init.normal_(weights["type.bias"], std=2.0)
        nn.init.kaiming_normal_(weights["fc.weight"], nonlinearity="relu")
        for name in (
            "a.conv.bias",
            "a.bn.weight",
            "a.bn.bias",
            "b.0.conv.bias",
            "b.0.bn.weight",
            "b.0.bn.bias",
            "b.1.conv.bias",
            "b.1.bn.weight",
            "b.1.bn.bias",
            "initialise.conv.bias",
            "initialise.bn.weight",
            "initialise.bn.bias",
        ):
            nn.init.constant_(weights[name], 0.0)
        nn.init.constant_(weights["fc.bias"], -4.6)

"""
    )


@pytest.mark.torch
def test_a_chain_begins_as_the_model_says() -> None:
    """A network that is an nn.Sequential, without a forward of its own, has the method too."""
    graph = read("chain", "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 4, kernel: 1}, init: kaiming}\n  - relu\n")
    assert "class Chain(nn.Sequential)" in api.export_python(graph)
    hold(graph)


@pytest.mark.torch
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_a_file_is_the_network(text: str) -> None:
    """Optional parts, shared weights, heads for training, odd names: the same network."""
    hold(read("x", text))


@pytest.mark.torch
@pytest.mark.parametrize("name", ["lenet5", "resnet20_cifar", "notes_inception", "signal_cnn_1d"])
def test_shipped_networks_are_the_same(name: str) -> None:
    """Networks of several kinds compute the same to the last bit."""
    hold(api.load(name))


@pytest.mark.torch
def test_a_helper_runs_where_its_map_is_made() -> None:
    """GoogLeNet's classifiers stand behind what they help in the file; they run on a map that has just been made."""
    graph = api.load("googlenet")
    with torch.device("meta"):
        orders = [ran(one) for one in (network(graph, api.export_python(graph)), api.build(graph, device="meta"))]
    assert orders[0] == orders[1]
    helpers = [one for one in orders[0] if one.startswith("aux")]
    assert helpers[0] == "aux1.conv.conv"
    assert orders[0][orders[0].index("aux1.fc2") + 1] == "inception4b.branch1.conv"
    assert orders[0][orders[0].index("aux2.fc2") + 1] == "inception4e.branch1.conv"


def ran(model: Any) -> list[str]:
    """The modules with weights in the order in which a step of training runs them."""
    found: list[str] = []
    for name, module in model.named_modules():
        if not [*module.children()] and [*module.parameters()]:
            module.register_forward_hook(lambda *_, name=name: found.append(name))
    model.train()(torch.empty(2, 3, 224, 224))
    return found


@pytest.mark.torch
def test_the_zoo_keeps_its_state_dict() -> None:
    """Files of shipped networks run, and have the keys, the shapes and the heads of `build`; the budget says how many."""
    networks = api.shipped()
    for shipped in networks[:: 1 if EXAMPLES > CI else 24]:
        graph = shipped.read().graph
        assert graph is not None
        with torch.device("meta"):
            made = network(graph, api.export_python(graph))
            built: Any = api.build(graph, device="meta")
            keys = [(key, tensor.shape) for key, tensor in made.state_dict().items()]
            assert keys == [(key, tensor.shape) for key, tensor in built.state_dict().items()], shipped.name
            found = made.eval()(*[torch.empty(1, *given.shape) for given in graph.inputs])
        calm = [output for output in graph.outputs if not output.training]
        assert [tuple(one.shape[1:]) for one in values(found)] == [graph.shape(output.tensor) for output in calm], (
            shipped.name
        )


@pytest.mark.parametrize("name", ["tiny_residual", "lenet5_modern"])
def test_golden_files(name: str, request: pytest.FixtureRequest) -> None:
    """A file reads as a person would have written it."""

    def again(params: dict[str, object]) -> Graph | None:
        return (
            api.read(f"{name}.yaml", text=RESIDUAL, sets=params).graph
            if name == "tiny_residual"
            else api.read(name, sets=params).graph
        )

    graph = again({})
    assert graph is not None
    text = api.export_python(graph, again)
    golden = HERE / f"{name}.txt"
    if request.config.getoption("--update"):
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


def formatted(folder: Path) -> None:
    """Hold the files of a folder against a formatter, which would change nothing, and a linter, which has nothing to say."""
    ruff = Path(sys.executable).parent / "ruff"
    program = str(ruff) if ruff.exists() else which("ruff")
    if program is None:
        pytest.skip("ruff is not installed")
    for work in (["format", "--check"], ["check"]):
        done = subprocess.run(
            [program, *work, "--isolated", "."], cwd=folder, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, done.stdout), done.stdout


def test_files_are_formatted(tmp_path: Path) -> None:
    """Files of networks of all kinds are as a formatter would leave them."""
    for name in (
        "lenet5",
        "googlenet",
        "resnet50",
        "densenet121",
        "mobilenet_v3_large",
        "unet",
        "inception_resnet_v1",
        "maskrcnn_resnet50_fpn",
    ):
        (tmp_path / f"{name}.py").write_text(api.export_python(api.load(name)), "utf-8")
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.py").write_text(api.export_python(read("x", text)), "utf-8")
    formatted(tmp_path)


def test_a_param_becomes_an_argument() -> None:
    """The number of classes is an argument of the network, through the blocks that hold it."""
    graph = api.load("googlenet")
    text = api.export_python(graph, lambda params: api.read("googlenet", sets=params).graph)
    assert "def googlenet(classes: int = 1000) -> GoogleNet:" in text
    assert "self.fc2 = nn.Linear(1024, classes)" in text
    assert "self.aux1 = Auxiliary(512, classes)" in text


def test_writing_needs_no_torch() -> None:
    """A Python file is written without importing torch."""
    code = "import sys; from cnninspect import api; api.export_python(api.load('lenet5')); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["training", "a.training", "training.a"])
def test_a_layer_where_torch_keeps_its_mode_is_refused(name: str) -> None:
    """No module can have a child 'training' and eval(): the file would fail as soon as it is used."""
    text = f"name: x\ninput: [3, 8, 8]\nlayers: [{{conv: {{out: 3, kernel: 1}}, name: {name}}}]\n"
    with pytest.raises(api.CannotRun, match=rf"layer '{name}' \(x.yaml:3\) has a name that eval\(\) would fail with"):
        api.export_python(read("x", text))


def test_weights_below_a_layer_are_refused() -> None:
    """A layer with weights whose name others stand below cannot be an attribute: it is told by name."""
    text = "name: x\ninput: [3, 8, 8]\nlayers: [{conv: {out: 3, kernel: 1}, name: a}, {conv: {out: 3, kernel: 1}, name: a.b}]\n"
    with pytest.raises(api.CannotRun, match=r"layer 'a' \(x.yaml:3\) has weights, and other layers have names below"):
        api.export_python(read("x", text))
