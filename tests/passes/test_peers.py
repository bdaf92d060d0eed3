"""Other tools' totals, reproduced to the last digit: their figures stand in tests/data with the versions they are of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cnninspect import api
from cnninspect.passes.peers import TOOLS, Part, Peer, compare, peers, uses
from cnninspect.passes.usage import at_inference
from tests.support.budget import CI, EXAMPLES

DATA = Path(__file__).parent.parent / "data"
PUBLISHED: dict[str, Any] = json.loads((DATA / "peer_totals.json").read_text("utf-8"))
"""Eight networks of torchvision, with the elements of every operation."""
MEASURED: dict[str, Any] = json.loads((DATA / "peer_measured.json").read_text("utf-8"))
FIELDS = {"torch": ("flopcounter", "flops")} | {
    tool: (tool, "flops" if tool in ("calflops", "torchlens", "deepspeed") else "macs")
    for tool in TOOLS
    if tool not in ("torch", "paper")
}
"""Where a tool's total stands in the published figures."""
SUBCLASS = "r3d's convolutions are a subclass of Conv3d, which tools that look for the very class pass over"
UNMET: dict[tuple[str, str], tuple[int, str]] = {
    ("ptflops", "r3d_18"): (39_190_265_856, SUBCLASS),
    ("thop", "r3d_18"): (39_190_265_856, SUBCLASS),
}
"""What we say more than the tool, and why: a file of ours does not state it."""

NETWORKS = [shipped.name for shipped in api.shipped() if EXAMPLES > CI or shipped.variant is None]
"""One of every file in CI; every variant where more is asked for."""


@pytest.mark.parametrize("tool", list(FIELDS))
@pytest.mark.parametrize("network", list(PUBLISHED))
def test_published_totals_are_met(network: str, tool: str) -> None:
    """The total of a tool on each of eight networks, to the last digit."""
    name, field = FIELDS[tool]
    assert peers(api.load(network), tool).total == PUBLISHED[network]["tools"][name][field]


@pytest.mark.parametrize("network", list(MEASURED["networks"]))
def test_measured_totals_are_met(network: str) -> None:
    """The totals of nine tools on 25 networks, to the last digit but for the cases in UNMET, each with its reason."""
    run = MEASURED["networks"][network]
    graph = api.load(network, input=tuple(run["input"]))
    expected = {tool: total + UNMET.get((tool, network), (0,))[0] for tool, total in run["totals"].items()}
    calls = list(uses(graph, at_inference(graph), 1))
    assert {tool: compare(calls, tool).total for tool in expected} == expected
    assert sorted(expected) == sorted(FIELDS)


@pytest.mark.parametrize("case", list(MEASURED["layers"]))
def test_measured_layers_are_met(case: str) -> None:
    """What nine tools count of one layer, to the last digit: modules, functions and operators, 1-D to 3-D."""
    run = MEASURED["layers"][case]
    graph = api.read(case, text=run["model"]).graph
    assert graph is not None
    assert {tool: peers(graph, tool).total for tool in run["totals"]} == run["totals"]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_comparison_adds_up(network: str) -> None:
    """In every shipped network the operations sum to our total on one side and to the tool's on the other."""
    graph = api.load(network)
    totals = api.summarize(graph, batch=3).totals
    calls = list(uses(graph, at_inference(graph), 3))
    for tool in TOOLS:
        peer = compare(calls, tool)
        assert peer.ours == (totals.flops if TOOLS[tool].flops else totals.macs)
        theirs = [part.theirs for part in peer.parts]
        unknown = [part for part in peer.parts if part.theirs is None]
        assert peer.total == (None if unknown else sum(number for number in theirs if number is not None))
        assert all(part.reason for part in peer.parts)


def test_papers_call_macs_flops() -> None:
    """Of what a paper calls FLOPs of VGG-16 there are 15,470,264,320."""
    peer = peers(api.load("vgg16"), "paper")
    assert (peer.total, peer.ours, peer.prints, peer.starts) == (15_470_264_320, 15_470_264_320, "FLOPs", "MACs")


def test_a_comparison_word_by_word() -> None:
    """Each operation with its calls, our number, the tool's and the reason; what is nothing on both sides is left out."""
    text = "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 3, padding: 1}}, batch_norm, relu, {linear: 2}]\n"
    graph = api.read("tiny", text=text).graph
    assert graph is not None
    # conv: 64 positions × 4 × 27 = 6,912; bias 256. batch norm 2 × 256. linear: 4 × 8 rows × 8 × 2 = 512; bias 64
    same = "one for each multiply-accumulate"
    assert peers(graph, "ptflops", 2) == Peer(
        tool="ptflops",
        version="0.7.5 (backend pytorch)",
        prints="MACs",
        starts="MACs",
        ours=2 * 7424,
        total=2 * (6912 + 256 + 512 + 512 + 512 + 64),
        parts=(
            Part("convolution", 1, 13824, 13824, same),
            Part("convolution, bias", 1, 0, 512, "1 for each output: the bias is counted"),
            Part("batch norm", 1, 0, 1024, "2 an element, 1 where no factor is learned"),
            Part(
                "ReLU", 1, 0, 1024,
                "as a module twice: by the module's hook, and by the function that the module calls; as a function once",
            ),
            Part("linear", 1, 1024, 1024, same),
            Part("linear, bias", 1, 0, 128, "1 for each output: the bias is counted"),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("layers", "modules"),
    [
        ("[relu, relu]", 2),  # a Sequential
        ("[{relu: , name: act}]", 1),  # an attribute
        ("[{conv: 3, name: stem}, relu]", 0),  # no place to stand: F.relu
        ("[{conv: 3, name: stem}, relu, relu]", 0),  # nor does any name tell of a module
        ("[{relu: , name: act}, {conv: 3, name: stem}, relu, relu]", 3),  # self.act again
        ("[{relu: , name: act}, {conv: 3, name: stem}, relu]", 1),
    ],
)
def test_module_or_function(layers: str, modules: int) -> None:
    """A rectifier is a module where it has a place of its own, or is called several times beside a named one."""
    graph = api.read("tiny", text=f"input: [3, 8, 8]\ndefaults: {{conv: {{kernel: 1}}}}\nlayers: {layers}\n").graph
    assert graph is not None
    relus = [part for part in peers(graph, "ptflops").parts if part.operation == "ReLU"]
    calls = sum(part.calls for part in relus)
    assert sum(part.theirs or 0 for part in relus) == (calls + modules) * 192  # a module counts twice


def test_what_a_tool_makes_of_a_layer_of_ones_own_is_unknown() -> None:
    """A layer that is no layer of torch has no known total in tools that go by name; those that see MACs know."""
    text = "input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 1, bias: false}}, squareplus]\n"
    graph = api.read("tiny", text=text).graph
    assert graph is not None
    totals = {tool: peers(graph, tool).total for tool in TOOLS}
    assert totals == dict.fromkeys(TOOLS) | {"torch": 1536, "paper": 768}
    assert peers(graph, "thop").parts[-1] == Part(
        "other layers", 1, 0, None, "not one of torch's own: what this tool makes of it is unknown"
    )


def test_a_mistake_in_the_model_leaves_totals_unknown() -> None:
    """Where shapes are unknown, so is every total."""
    graph = api.read("tiny", text="input: [3, 8, 8]\nlayers: [{conv: {out: 4, kernel: 9}}, relu]\n").graph
    assert graph is not None
    assert [peers(graph, tool).total for tool in TOOLS] == [None] * len(TOOLS)


def test_heads_for_training_do_not_run() -> None:
    """What exists only while the network learns is in no tool's total: they run it in evaluation mode."""
    calls = {part.operation: part.calls for part in peers(api.load("googlenet"), "fvcore").parts}
    assert calls == {"convolution": 57, "batch norm": 57, "adaptive average pool": 1, "linear": 1}


def test_the_names_of_the_api_are_the_tables() -> None:
    """Every tool that can be asked for has a table, and the other way round; others are refused by name."""
    assert set(api.PEERS) == set(TOOLS)
    assert api.flops_as(api.load("vgg16"), "fvcore", batch=2).total == 2 * 15_470_289_408
    with pytest.raises(ValueError, match=r"^unknown tool 'flopth': use torch, fvcore, "):
        api.flops_as(api.load("vgg16"), "flopth")
