"""The package from Python: read, load, summarize, list what is shipped, add layers."""

from __future__ import annotations

from pathlib import Path, PurePath

import pytest

import cnninspect
from cnninspect import api

DEVICES = Path(cnninspect.__file__).parent / "devices"
MODEL = """\
input: [3, 8, 8]
params: {width: 4}
variants: {wide: {width: 8}}
layers: [conv: {out: $width, kernel: 3}, relu]
"""


@pytest.fixture
def model(tmp_path: Path) -> str:
    """The path of a small model with a param and a variant."""
    path = tmp_path / "model.yaml"
    path.write_text(MODEL)
    return str(path)


def test_load_takes_what_a_model_may_be_asked(model: str) -> None:
    """A graph is loaded by path, with a variant, another input, and params by keyword."""
    assert [node.outputs for node in cnninspect.load(model).nodes] == [((4, 6, 6),), ((4, 6, 6),)]
    graph = cnninspect.load(model, variant="wide", input=(1, 5, 5))
    assert (graph.variant, graph.inputs[0].shape, graph.nodes[1].outputs) == ("wide", (1, 5, 5), ((8, 3, 3),))
    assert cnninspect.load(model, width=6).nodes[0].outputs == ((6, 6, 6),)


def test_load_raises_what_is_wrong_with_a_model(tmp_path: Path) -> None:
    """A model with mistakes raises all of them, the first being the message."""
    path = tmp_path / "bad.yaml"
    path.write_text("input: [3, 8, 8]\nparams: {unused: 1}\nlayers: [conv: {out: 0, kernel: 3}, rleu]\n")
    with pytest.raises(api.ModelError) as raised:
        cnninspect.load(str(path))
    assert str(raised.value) == f"{path}:3: out must be at least 1, got 0 (and 1 more)"
    assert [finding.code for finding in raised.value.findings] == ["bad-value", "unknown-layer"]
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(api.ModelError, match=r"looks like UTF-16, not UTF-8$"):
        cnninspect.load(str(path))


def test_a_warning_is_no_reason_to_refuse(tmp_path: Path) -> None:
    """A model about which there are only warnings is loaded."""
    path = tmp_path / "warned.yaml"
    path.write_text("input: [3, 8, 8]\nparams: {unused: 1}\nlayers: [relu]\n")
    assert len(cnninspect.load(str(path)).nodes) == 1


def test_load_of_nothing(tmp_path: Path) -> None:
    """What cannot be read at all is another exception, with the problem's code."""
    with pytest.raises(api.CannotRun) as raised:
        cnninspect.load(str(tmp_path))
    assert (raised.value.problem.code, str(raised.value)) == ("not-a-file", f"'{tmp_path}' is a folder")


def test_every_shipped_network_has_a_name_of_its_own() -> None:
    """Files come with their variants behind them; every name means one network, and loads by it."""
    found = api.shipped()
    names = [network.name for network in found]
    assert len(set(names)) == len(names)
    by_name = {network.name: network for network in found}
    assert (by_name["vgg16"].family, by_name["vgg16"].variant) == ("vgg16", None)
    assert (by_name["resnet18"].family, by_name["resnet18"].variant) == ("resnet50", "resnet18")
    assert by_name["resnet18"].path.replace("\\", "/").endswith("/architectures/resnet50.yaml")
    assert names.index("resnet50") < names.index("resnet18")
    assert cnninspect.load("resnet18").variant == "resnet18"
    assert by_name["resnet18"].read().graph == cnninspect.load("resnet18")


def test_summarize_refuses_what_is_no_data_type(model: str) -> None:
    """An unknown data type is a mistake of the caller, told with those there are."""
    graph = cnninspect.load(model)
    assert api.summarize(graph, batch=2).totals.macs == 2 * 4 * 36 * 27
    with pytest.raises(ValueError, match=r"^unknown dtype 'float7': use float64, float32, "):
        api.summarize(graph, dtype="float7")
    with pytest.raises(ValueError, match=r"^unknown count 'mine': use "):
        api.summarize(graph, count="mine")


def test_a_plugin_from_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that defines layers is loaded by name; one that cannot be imported is told with the reason."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "cnninspect_test_fails.py").write_text("raise OSError('no disk')\n")
    with pytest.raises(api.CannotRun) as raised:
        api.load_plugin("cnninspect_test_fails")
    assert str(raised.value) == "the plugin 'cnninspect_test_fails' cannot be imported: OSError: no disk"
    (tmp_path / "cnninspect_test_layer.py").write_text(
        "from cnninspect.layers.base import REGISTRY, Single\nclass Own(Single, name='test_own'): ...\ndel REGISTRY['test_own']\n",
    )
    api.load_plugin("cnninspect_test_layer")


def test_a_variant_of_a_variant() -> None:
    """A variant's own name settles the variant: another one beside it is refused, the same is not."""
    with pytest.raises(api.CannotRun) as raised:
        api.read("resnet18", variant="resnet101")
    problem = raised.value.problem
    assert (problem.code, problem.message, problem.help) == (
        "unknown-variant",
        "'resnet18' is a variant itself, of resnet50.yaml",
        "ask for resnet101 alone, or for --variant resnet101 of resnet50",
    )
    assert api.read("resnet18", variant="resnet18").findings == ()


def test_rows_that_no_output_sees() -> None:
    """Of 8 positions a window of 3 with stride 2 reads 7; where a layer is not followed it cannot be told."""

    def unread(layer: str) -> object:
        loaded = api.read("m.yaml", text=f"input: [1, 8]\nlayers: [{layer}]\n")
        assert loaded.graph is not None
        return api.receptive_fields(loaded.graph).unseen

    assert unread("max_pool: {kernel: 3, stride: 2}") == (((7,),),)
    assert unread("reshape: [1, 2, 4]") == (None,)


def test_memory_refuses_unknown_words(model: str) -> None:
    """An unknown data type or optimizer is refused with those that there are."""
    graph = api.load(model)
    with pytest.raises(ValueError, match=r"unknown dtype 'float31': use float64, float32"):
        api.memory(graph, dtype="float31")
    with pytest.raises(ValueError, match=r"unknown optimizer 'lion': use sgd, momentum, adam, adamw"):
        api.memory(graph, optimizer="lion")


def test_limits_of_what_is_no_text(tmp_path: Path) -> None:
    """A file that is no text has no limits, and its finding says why."""
    (tmp_path / "m.yaml").write_bytes(b"name: \xff\xfe\n")
    found = api.limits(str(tmp_path / "m.yaml"))
    assert [finding.code for finding in found.loaded.findings] == ["invalid-encoding"]


def test_totals_of_other_tools(model: str) -> None:
    """A summary has the total of another tool where it was asked for."""
    graph = api.load(model)
    summary = api.summarize(graph, flops_as="torch", insight=False)
    assert summary.peer is not None
    assert summary.peer.total == 2 * (summary.totals.macs or 0)
    assert (summary.insight, summary.roof) == (None, None)


def test_a_path_may_be_a_path_object(model: str, tmp_path: Path) -> None:
    """Whatever takes a name or a file takes a pathlib.Path too, a shipped name among them."""
    path, graph = tmp_path / "model.yaml", cnninspect.load(model)
    assert cnninspect.load(path) == graph
    assert cnninspect.load(PurePath("lenet5")).name == "lenet5"
    device = tmp_path / "device.yaml"
    device.write_text((DEVICES / "t4.yaml").read_text())
    assert api.roofline(graph, device) == api.roofline(graph, str(device))
    (tmp_path / "weights.safetensors").write_bytes((2).to_bytes(8, "little") + b"{}")
    assert api.diff(path, PurePath("lenet5")).new_file == "lenet5"
    assert api.limits(path).loaded.graph == graph
    assert api.weights(path, tmp_path / "weights.safetensors").loaded.graph == graph
    assert api.check([path]).files == api.check([model]).files
    assert api.fix([path]) == ([], [])
    assert api.configuration([path]) == api.configuration([model])
    with pytest.raises(api.CannotRun, match="there is no file and no shipped network called 'nothing'"):
        cnninspect.load(PurePath("nothing"))


@pytest.mark.torch
def test_torch_builds_a_path_object(model: str, tmp_path: Path) -> None:
    """A network is built, filled, run and measured by paths."""
    torch = pytest.importorskip("torch")
    path, graph = tmp_path / "model.yaml", cnninspect.load(model)
    torch.save(api.build(path, seed=1).state_dict(), tmp_path / "weights.pt")
    filled, known = api.build(path, weights=tmp_path / "weights.pt"), api.build(graph, seed=1)
    assert all(torch.equal(tensor, known.state_dict()[key]) for key, tensor in filled.state_dict().items())
    assert api.run(graph, weights=tmp_path / "weights.pt", runs=1).notes[0].startswith("weights: ")
    assert len(api.bench(path, vs=[path], runs=1, seconds=0.0).subjects) == 2
