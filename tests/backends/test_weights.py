"""Weights that come from files: every number arrives, nothing in a file runs, and what does not fit changes nothing."""

from __future__ import annotations

import json
import os
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

torch = pytest.importorskip("torch")
from torch import nn  # noqa: E402

from cnninspect import api  # noqa: E402
from cnninspect.frontends import checkpoints  # noqa: E402
from tests.support.checkpoints import table, with_header, written  # noqa: E402
from tests.support.models import graph_of  # noqa: E402

if TYPE_CHECKING:
    from cnninspect.ir import Graph

SMALL = """
input: [3, 4, 4]
layers:
  - {conv: {out: 8, kernel: 3, padding: 1}, name: stem.conv}
  - {batch_norm: , name: stem.bn}
  - flatten
  - {linear: 5, name: fc}
"""
GRAPH = graph_of(SMALL)
WORDS = {
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float8_e4m3fn: "F8_E4M3",
    torch.int64: "I64",
}


def network(graph: Graph = GRAPH, seed: int = 0) -> Any:
    """A network whose every tensor has its own numbers, those of batch norm too."""
    made = api.build(graph, seed=seed)
    with torch.no_grad():
        for index, tensor in enumerate(made.state_dict().values()):
            generator = torch.Generator().manual_seed(1000 * seed + index)
            if tensor.is_floating_point():
                tensor.copy_(torch.rand(tensor.shape, generator=generator) + 0.5)
            else:
                tensor.fill_(7 + seed)
    return made


def same(one: nn.Module, other: dict[str, Any]) -> bool:
    """Whether a module has exactly these tensors."""
    own = one.state_dict()
    return list(own) == list(other) and all(torch.equal(own[key], other[key].to(own[key].dtype)) for key in own)


def safetensors(tensors: dict[str, Any]) -> bytes:
    """A safetensors file of real numbers."""
    header, data = {}, b""
    for key, tensor in tensors.items():
        raw = bytes(tensor.contiguous().reshape(-1).view(torch.uint8).tolist())
        header[key] = {
            "dtype": WORDS[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(raw)],
        }
        data += raw
    return with_header(json.dumps(header).encode(), data)


@pytest.mark.parametrize("new", [True, False], ids=["zip", "before 1.6"])
def test_what_torch_saves(new: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """A state_dict that torch saved, in either format, is the same table without torch, and the same numbers with it."""
    given = network().state_dict()
    path = str(tmp_path / "w.pt")
    torch.save(given, path, _use_new_zipfile_serialization=new)
    expected = [(key, str(tensor.dtype)[6:], tuple(tensor.shape)) for key, tensor in given.items()]
    assert table(checkpoints.read(path)) == expected
    assert same(api.build(GRAPH, weights=path), torch.load(path, weights_only=True))


@pytest.mark.parametrize("dtype", list(WORDS)[:4], ids=str)
def test_safetensors_of_every_type(dtype: Any, tmp_path: Path) -> None:
    """Elements of every type arrive, cast to the type of the network."""
    given = {
        key: tensor.to(dtype) if tensor.is_floating_point() else tensor
        for key, tensor in network().state_dict().items()
    }
    path = written(tmp_path, safetensors(given), "w.safetensors")
    assert same(api.build(GRAPH, weights=path), given)


def test_an_odd_place_in_a_file(tmp_path: Path) -> None:
    """Elements that do not begin at a multiple of their size are read as well."""
    given = network().state_dict()
    data = safetensors(given)
    length = int.from_bytes(data[:8], "little")
    odd = with_header(data[8 : 8 + length] + b" " * (3 - (8 + length) % 2 * 2), data[8 + length :])
    path = written(tmp_path, odd, "w.safetensors")
    assert {tensor.region.offset % 2 for tensor in checkpoints.read(path).tensors} == {1}
    assert same(api.build(GRAPH, weights=path), given)


def test_shards(tmp_path: Path) -> None:
    """An index of shards, of safetensors or of torch's files, loads as one checkpoint."""
    given = network().state_dict()
    keys = list(given)
    for kind in ("safetensors", "bin"):
        homes = {}
        for number, part in enumerate((keys[:3], keys[3:])):
            name = f"{number}.{kind}"
            tensors = {key: given[key] for key in part}
            if kind == "bin":
                torch.save(tensors, tmp_path / name)
            else:
                written(tmp_path, safetensors(tensors), name)
            homes.update(dict.fromkeys(part, name))
        index = "model.safetensors.index.json" if kind == "safetensors" else "pytorch_model.bin.index.json"
        path = written(tmp_path, json.dumps({"weight_map": homes}).encode(), index)
        assert same(api.build(GRAPH, weights=path), given)
        os.remove(path)


@pytest.mark.parametrize("packed", [False, True])
def test_arrays_of_numpy(packed: bool, tmp_path: Path) -> None:  # noqa: FBT001
    """An .npz file, packed or not, in C's or Fortran's order, loads."""
    numpy = pytest.importorskip("numpy")
    given = network().state_dict()
    arrays = {key: numpy.asfortranarray(tensor.numpy()) for key, tensor in given.items()}
    (numpy.savez_compressed if packed else numpy.savez)(tmp_path / "w.npz", **arrays)
    assert same(api.build(GRAPH, weights=str(tmp_path / "w.npz")), given)


def test_a_training_checkpoint(tmp_path: Path) -> None:
    """Weights among an optimiser's state, under prefixes, as parameters, views and transposed, load."""
    net = network()
    given = net.state_dict()
    optimizer = torch.optim.AdamW(net.parameters())
    optimizer.zero_grad()
    net(torch.rand(2, 3, 4, 4)).sum().backward()
    optimizer.step()
    given = {key: tensor.clone() for key, tensor in net.state_dict().items()}
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [2, 5])
    stored: dict[str, Any] = {f"_orig_mod.module.{key}": tensor for key, tensor in given.items()}
    stored["_orig_mod.module.fc.weight"] = nn.Parameter(given["fc.weight"].t().contiguous().t())
    stored["_orig_mod.module.fc.bias"] = torch.cat([torch.zeros(3), given["fc.bias"], torch.zeros(4)])[3:8]
    stored = {key.replace("_orig_mod.module.", "module._orig_mod."): tensor for key, tensor in stored.items()}
    whole = {
        "epoch": 3, "lr": 0.1, "big": 2**70, "size": torch.Size([1, 2]), "dtype": torch.float16, "device": torch.device("cpu"),
        "state_dict": OrderedDict(stored), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(),
    }  # fmt: skip
    for new in (True, False):
        torch.save(whole, tmp_path / "w.pt", _use_new_zipfile_serialization=new)
        assert same(api.build(GRAPH, weights=str(tmp_path / "w.pt")), given)


def test_types_without_a_storage_of_their_own(tmp_path: Path) -> None:
    """Types that torch stores as plain bytes, such as float8 and uint16, are read."""
    tensors = {"a": torch.ones(3, 2).to(torch.float8_e5m2), "b": torch.ones(2).to(torch.uint16)}
    torch.save(tensors, tmp_path / "w.pt")
    assert table(checkpoints.read(str(tmp_path / "w.pt"))) == [("a", "float8_e5m2", (3, 2)), ("b", "uint16", (2,))]


class Bomb:
    """Would make a file, were it unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("touch MARKER",)


@pytest.mark.parametrize("new", [True, False])
def test_nothing_runs(new: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001
    """A pickle that would start a program is refused with its name, and the program is not started."""
    monkeypatch.chdir(tmp_path)
    given: dict[str, Any] = {**network().state_dict(), "bomb": Bomb()}
    torch.save(given, "w.pt", _use_new_zipfile_serialization=new)
    with pytest.raises(api.CannotRun) as raised:
        api.build(GRAPH, weights="w.pt")
    assert raised.value.problem.code == "unsafe-checkpoint"
    assert "'posix.system'" in raised.value.problem.message
    assert not Path("MARKER").exists()


def test_a_whole_module_is_refused(tmp_path: Path) -> None:
    """A pickled module names classes, which are not imported; the help says what to save."""
    torch.save(nn.Sequential(nn.Linear(2, 2)), tmp_path / "w.pt")
    with pytest.raises(api.CannotRun) as raised:
        api.load_weights(network(), GRAPH, str(tmp_path / "w.pt"))
    assert "which the tensors of a state_dict do not need" in raised.value.problem.message
    assert "torch.save(model.state_dict(), FILE)" in raised.value.problem.help


def test_old_checkpoints(tmp_path: Path) -> None:
    """Without counts of batches a checkpoint loads, and they begin at 0."""
    given = {key: tensor for key, tensor in network().state_dict().items() if "num_batches" not in key}
    torch.save(given, tmp_path / "w.pt")
    net = network(seed=1)
    found = api.load_weights(net, GRAPH, str(tmp_path / "w.pt"))
    assert (found.count("loads"), found.count("defaulted")) == (len(given), 1)
    assert net.state_dict()["stem.bn.num_batches_tracked"].item() == 0
    assert all(torch.equal(net.state_dict()[key], tensor) for key, tensor in given.items())


def test_what_does_not_fit_changes_nothing(tmp_path: Path) -> None:
    """A checkpoint with differences is refused with a finding for each, at the line of the layer; nothing is loaded."""
    given = network().state_dict()
    given["stem.conv.weigth"] = given.pop("stem.conv.weight")
    given["fc.bias"] = torch.zeros(6)
    path = str(tmp_path / "w.pt")
    torch.save(given, path)
    net = network(seed=1)
    before = {key: tensor.clone() for key, tensor in net.state_dict().items()}
    with pytest.raises(api.ModelError) as raised:
        api.load_weights(net, GRAPH, path)
    assert [(one.code, one.severity, one.message, one.help, one.layer, str(one.span)) for one in raised.value.findings] == [
        ("tensor-missing", "error", "the checkpoint has no 'stem.conv.weight', which is (8, 3, 3, 3)",
         "the checkpoint calls it 'stem.conv.weigth'?", "stem.conv", "model.yaml:4"),
        ("tensor-shape", "error", "'fc.bias' is (6,) in the checkpoint, and (5,) in the network", "", "fc", "model.yaml:7"),
        ("tensor-unexpected", "error", "'stem.conv.weigth' of the checkpoint, (8, 3, 3, 3), is no tensor of the network",
         "did you mean 'stem.conv.weight'?", None, path),
    ]  # fmt: skip
    assert same(net, before)


def test_not_strict(tmp_path: Path) -> None:
    """Without strictness names may differ: what fits is loaded, the rest stays; shapes may not, nor may nothing fit."""
    given = network().state_dict()
    path = str(tmp_path / "w.pt")
    torch.save({"fc.weight": given["fc.weight"], "other": torch.zeros(1)}, path)
    net = network(seed=1)
    before = {key: tensor.clone() for key, tensor in net.state_dict().items()}
    found = api.load_weights(net, GRAPH, path, strict=False)
    assert (found.count("loads"), found.count("missing"), found.count("unexpected")) == (1, 7, 1)
    assert same(net, {**before, "fc.weight": given["fc.weight"]})
    for bad in ({"fc.weight": torch.zeros(1)}, {"other": torch.zeros(1)}):
        torch.save(bad, path)
        with pytest.raises(api.ModelError):
            api.load_weights(net, GRAPH, path, strict=False)


def test_keras_layout_means_what_keras_means(tmp_path: Path) -> None:
    """A network of Keras's weights gives what Keras computes: channels last, flattened position by position."""
    numpy = pytest.importorskip("numpy")
    random = numpy.random.default_rng(0)
    kernel, bias = random.normal(size=(3, 3, 3, 8)), random.normal(size=8)
    depthwise = random.normal(size=(3, 3, 8, 2))
    dense, last = random.normal(size=(2 * 2 * 16, 5)), random.normal(size=5)
    graph = graph_of(
        """
        input: [3, 6, 6]
        layers:
          - {conv: {out: 8, kernel: 3}, name: conv}
          - {depthwise_conv: {kernel: 3, multiplier: 2, bias: false}, name: dw}
          - flatten
          - {linear: 5, name: fc}
        """
    )
    names = {
        "conv/kernel": kernel,
        "conv/bias": bias,
        "dw/depthwise_kernel": depthwise,
        "fc/kernel": dense,
        "fc/bias": last,
    }
    numpy.savez(tmp_path / "w.npz", **names)
    net = api.build(graph, dtype="float64")
    api.load_weights(net, graph, str(tmp_path / "w.npz"), layout="keras")
    x = random.normal(size=(6, 6, 3))
    y = numpy.array(
        [[numpy.einsum("ijc,ijco->o", x[i : i + 3, j : j + 3], kernel) + bias for j in range(4)] for i in range(4)]
    )
    z = numpy.array(
        [[numpy.einsum("ijc,ijcm->cm", y[i : i + 3, j : j + 3], depthwise).ravel() for j in range(2)] for i in range(2)]
    )
    expected = z.ravel() @ dense + last
    found = net(torch.tensor(x).permute(2, 0, 1)[None])[0].detach().numpy()
    assert numpy.abs(found - expected).max() < 1e-12 * numpy.abs(expected).max()


def test_a_network_without_memory(tmp_path: Path) -> None:
    """Nothing is loaded into a network on the meta device, which says so."""
    torch.save(network().state_dict(), tmp_path / "w.pt")
    with pytest.raises(api.CannotRun) as raised:
        api.build(GRAPH, device="meta", weights=str(tmp_path / "w.pt"))
    assert raised.value.problem.message == "'stem.conv.weight' has no memory: the network is on the meta device"


def test_complex_numbers(tmp_path: Path) -> None:
    """Complex numbers are not cut to real ones."""
    given = {**network().state_dict(), "fc.bias": torch.zeros(5, dtype=torch.complex64)}
    torch.save(given, tmp_path / "w.pt")
    with pytest.raises(api.CannotRun) as raised:
        api.load_weights(network(), GRAPH, str(tmp_path / "w.pt"))
    assert raised.value.problem.message == "'fc.bias' has complex numbers, and the network has real ones"


def test_an_unknown_layout() -> None:
    """A layout that is none is a mistake of the caller."""
    with pytest.raises(ValueError, match="unknown layout 'tf': use torch, keras"):
        api.load_weights(network(), GRAPH, "w.pt", layout="tf")


def test_a_tensor_that_carries_a_remark(tmp_path: Path) -> None:
    """A tensor with an attribute of its own is stored in another way, and is the same tensor."""
    noted = torch.arange(4.0)
    noted.remark = "mine"
    torch.save({"w": noted}, tmp_path / "noted.pt")
    found = checkpoints.read(str(tmp_path / "noted.pt"))
    assert [(tensor.key, tensor.shape) for tensor in found.tensors] == [("w", (4,))]


def test_a_state_dict_that_lies_too_deep(tmp_path: Path) -> None:
    """Of weights within weights within weights those of the fourth depth are taken, and the rest is told."""
    found: dict[str, object] = {"w": torch.ones(2)}
    for _ in range(12):
        found = {"w": torch.ones(2), "model": found}
    torch.save(found, tmp_path / "deep.pt")
    read = checkpoints.read(str(tmp_path / "deep.pt"))
    assert [tensor.key for tensor in read.tensors] == ["w"]
    assert read.notes == ("the weights stand under 'model.model.model.model'", "1 entry is no tensor: model")
