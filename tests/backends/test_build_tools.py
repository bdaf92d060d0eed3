"""What torch offers for any module works on a built network: compilers, exporters, copies, formats, precision, DDP."""

from __future__ import annotations

import copy
import io
import pickle
import socket
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

import cnninspect
from cnninspect import api
from cnninspect.backends.build import build_graph

pytestmark = pytest.mark.torch

MIXED = """\
name: mixed
inputs: {image: [4, 8, 8], gate: [4, 8, 8]}
layers:
  - {conv: {out: 8, kernel: 3, padding: [[0, 2], [1, 1]]}, from: image, name: a}
  - {relu: , name: act}
  - {conv: {out: 4, kernel: 3, stride: 2}, name: b}
  - {upsample: {size: 8}, name: up}
  - {batch_norm: {scale: false}, name: norm}
  - {layer_scale: {bare: true, init: 0.5}, name: gamma}
  - {add: [norm, gate, image], name: sum}
  - {conv: {out: 4, kernel: 3, padding: 1}, name: c}
  - {conv: {out: 4, kernel: 3, dilation: 2, padding: 2}, share: c}
  - {chunk: 2, name: halves}
  - {mul: [halves.0, halves.1], name: product}
  - {drop_path: 0.2, name: drop}
  - {avg_pool: {kernel: 2, padding: same, count_include_pad: false}, name: pool}
  - {flatten: , name: flat}
  - {linear: 3, name: fc}
  - {linear: 3, from: flat, name: aux}
outputs: {scores: fc, map: pool, aux: {from: aux, training: true}}
"""
"""A bit of everything: padding before a call, functions of ours, a borrower, a bare weight, heads."""
SHIFTED = (
    "input: [3, 8, 8]\nlayers:\n  - {scale_shift: {scale: [2, 3, 4], shift: 1}}\n  - {conv: {out: 2, kernel: 1}}\n"
)
"""Constants that no checkpoint holds."""


def mixed(**options: Any) -> Any:
    graph = api.read("mixed.yaml", text=MIXED).graph
    assert graph is not None
    return build_graph(graph, **{"seed": 0, **options})


def network(name: str) -> tuple[Any, tuple[torch.Tensor, ...]]:
    """A network with its inputs; everything small."""
    generator = torch.Generator().manual_seed(1)
    if name == "mixed":
        return mixed(), tuple(torch.randn(2, 4, 8, 8, generator=generator) for _ in range(2))
    shape = {"lenet5": (1, 32, 32), "resnet18": (3, 32, 32), "convnext_tiny": (3, 32, 32)}[name]
    return cnninspect.build(name, input=shape, seed=0), (torch.randn(2, *shape, generator=generator),)


def equal(one: Any, other: Any) -> bool:
    """Whether two results are the same to the last bit."""
    if isinstance(one, dict):
        return [*one] == [*other] and all(torch.equal(one[key], other[key]) for key in one)
    return torch.equal(one, other)


NAMES = ["lenet5", "resnet18", "mixed"]


@pytest.mark.parametrize(
    ("name", "training"), [("lenet5", False), ("resnet18", True), ("mixed", False), ("mixed", True)]
)
def test_compile_has_no_graph_break(name: str, training: bool) -> None:  # noqa: FBT001 - a row
    """The whole forward compiles as one graph, in both modes, and gives the same; so does its gradient."""
    model, inputs = network(name)
    model.train(training)
    other = copy.deepcopy(model)
    torch.compiler.reset()
    compiled: Any = torch.compile(other, fullgraph=True, backend="aot_eager")
    torch.manual_seed(0)
    expected = model(*inputs)
    torch.manual_seed(0)
    found = compiled(*inputs)
    assert equal(expected, found)
    for made in (expected, found):
        sum(part.sum() for part in (made.values() if isinstance(made, dict) else [made])).backward()
    for one, two in zip(model.parameters(), other.parameters(), strict=True):
        assert (one.grad is None) is (two.grad is None)
        assert one.grad is None or torch.allclose(one.grad, two.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_export(name: str) -> None:
    """torch.export makes a program of the network, with any batch size, that gives the same."""
    model, inputs = network(name)
    model.eval()
    batch = torch.export.Dim("batch", min=2, max=64)
    program = torch.export.export(model, inputs, dynamic_shapes=tuple({0: batch} for _ in inputs))
    for times in (1, 2):
        more = tuple(x.repeat(times, *[1] * (x.dim() - 1)) for x in inputs)
        assert equal(program.module()(*more), model(*more))


@pytest.mark.parametrize("name", NAMES)
def test_symbolic_trace(name: str) -> None:
    """torch.fx follows the forward line by line."""
    model, inputs = network(name)
    traced = torch.fx.symbolic_trace(model.eval())
    assert equal(traced(*inputs), model(*inputs))


@pytest.mark.parametrize("name", [*NAMES, "convnext_tiny"])
def test_copies_are_whole(name: str) -> None:
    """A deep copy, a pickle and a saved file are the same network with weights of their own."""
    model, inputs = network(name)
    model.eval()
    expected = model(*inputs)
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model)), torch.load(file, weights_only=False)]
    for other in copies:
        assert type(other) is type(model)
        assert [*other.state_dict()] == [*model.state_dict()]
        assert equal(other(*inputs), expected)
        for weight in other.parameters():
            weight.data.zero_()
    assert equal(model(*inputs), expected)


def test_a_pickle_needs_neither_graph_nor_file() -> None:
    """The class is made again from the pickle alone, with its messages."""
    import gc
    import sys

    model, inputs = network("mixed")
    expected = model.eval()(*inputs)
    text = pickle.dumps(model)
    kind = type(model).__name__
    del model
    gc.collect()
    found = pickle.loads(text)
    assert type(found).__name__ == kind == "Mixed"
    assert equal(found(*inputs), expected)
    with pytest.raises(RuntimeError, match=r"^layer 'a' \(mixed.yaml:4\): "):
        found(inputs[0][:, :1], inputs[1])
    assert sys.modules[type(found).__module__].__name__ == "cnninspect.backends.build_network"


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("name", ["lenet5", "mixed", "shifted"])
def test_meta_and_filled(name: str, written: bool) -> None:  # noqa: FBT001 - a row
    """A network that began on the meta device is whole once a state_dict is assigned: constants are no checkpoint's."""
    graph = (
        api.load("lenet5") if name == "lenet5" else api.read("m.yaml", text=MIXED if name == "mixed" else SHIFTED).graph
    )
    assert graph is not None
    whole: Any = build_graph(graph, seed=0).eval()
    if written:
        space: dict[str, Any] = {"__name__": "exported"}
        exec(compile(api.export_python(graph), "exported.py", "exec"), space)
        with torch.device("meta"):
            bare = next(one for one in space.values() if "Make the network" in (getattr(one, "__doc__", None) or ""))()
    else:
        bare = build_graph(graph, device="meta")
    bare.load_state_dict(whole.state_dict(), assign=True)
    inputs = [torch.randn(2, *given.shape) for given in graph.inputs]
    one, other = whole(*inputs), bare.eval()(*inputs)
    torch.testing.assert_close(other, one, rtol=0, atol=0)


@pytest.mark.parametrize("name", NAMES)
def test_autocast(name: str) -> None:
    """Autocast computes in bfloat16 and learns in float32."""
    model, inputs = network(name)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        made = model(*inputs)
    parts = [*made.values()] if isinstance(made, dict) else [made]
    loss = torch.stack([part.float().sum() for part in parts]).sum()
    loss.backward()  # type: ignore[no-untyped-call]
    assert torch.isfinite(loss)
    assert {p.grad.dtype for p in model.parameters() if p.grad is not None} == {torch.float32}
    assert any(part.dtype == torch.bfloat16 for part in parts) is (name != "lenet5")  # whose last layer is a distance


@pytest.mark.parametrize("name", NAMES)
def test_channels_last(name: str) -> None:
    """Weights and inputs in channels_last give the same within rounding, and maps stay in that format."""
    model, inputs = network(name)
    expected = model.eval()(*inputs)
    formats = []
    first = next(m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.BatchNorm2d)))
    first.register_forward_hook(lambda _m, _i, y: formats.append(y.is_contiguous(memory_format=torch.channels_last)))
    model.to(memory_format=torch.channels_last)
    found = model(*[x.to(memory_format=torch.channels_last) for x in inputs])
    for one, other in zip(*[m.values() if isinstance(m, dict) else [m] for m in (expected, found)], strict=True):
        assert torch.allclose(one, other, rtol=1e-3, atol=1e-4)
    assert formats == [True]


@pytest.mark.parametrize("name", NAMES)
def test_half_the_bytes(name: str) -> None:
    """In bfloat16 everything is, inputs and outputs too."""
    model, inputs = network(name)
    made = model.eval().to(torch.bfloat16)(*[x.to(torch.bfloat16) for x in inputs])
    assert {part.dtype for part in (made.values() if isinstance(made, dict) else [made])} == {torch.bfloat16}


def test_distributed() -> None:
    """DistributedDataParallel wraps a network and gathers its gradients."""
    if not torch.distributed.is_available():
        pytest.skip("torch was built without torch.distributed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    torch.distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=0, world_size=1)
    try:
        model, inputs = network("resnet18")
        wrapped = nn.parallel.DistributedDataParallel(model)
        wrapped(*inputs).sum().backward()
    finally:
        torch.distributed.destroy_process_group()
    assert all(p.grad is not None for p in model.parameters())
    assert [*wrapped.state_dict()] == [f"module.{key}" for key in model.state_dict()]


def test_a_layer_may_be_replaced() -> None:
    """A new last layer, or one that torch puts in another's place, is the one that runs."""
    model, inputs = network("resnet18")
    model.fc = nn.Linear(512, 3)
    assert model(*inputs).shape == (2, 3)
    synced = nn.SyncBatchNorm.convert_sync_batchnorm(model)  # type: ignore[no-untyped-call]
    assert type(synced.layer1[0]["bn1"]) is nn.SyncBatchNorm
    assert synced.eval()(*inputs).shape == (2, 3)
    nn.utils.parametrizations.weight_norm(model.conv1)
    assert model.eval()(*inputs).shape == (2, 3)
