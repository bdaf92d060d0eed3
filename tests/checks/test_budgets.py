"""A network held against its limits: the figures are those of the passes, and every verdict says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.checks.budget_figures import Figures, blocks
from cnninspect.checks.budget_words import short, shown
from cnninspect.checks.budgets import Verdict, facts, findings, judge
from cnninspect.frontends.budgets.elsewhere import parse_option
from cnninspect.reports.findings import render

if TYPE_CHECKING:
    from pathlib import Path

MODEL = """name: tiny
input: [3, 32, 32]
blocks:
  unit:
    args: {out}
    layers:
      - conv: {out: $out, kernel: 3, padding: 1}
      - relu
layers:
  - unit: 8
    name: first
  - unit: 8
    name: second
  - max_pool: 2
  - flatten
  - linear: 10
    name: head
"""


def verdicts(model: str, *limits: str, text: str | None = None, variant: str | None = None) -> tuple[Verdict, ...]:
    loaded = api.read(model, text=text, variant=variant)
    assert loaded.graph is not None
    return judge(loaded.graph, [*loaded.budgets, *[parse_option(limit, "--budget") for limit in limits]])


def value(model: str, limit: str, text: str | None = None) -> int | None:
    (verdict,) = verdicts(model, limit, text=text)
    return verdict.value


@pytest.mark.parametrize("model", ["resnet18", "mobilenet_v2", "vgg16", "unet", "googlenet", "lenet5"])
def test_figures_of_the_whole(model: str) -> None:
    """A figure of a whole network is the one that summary, memory and roofline state."""
    graph = api.load(model)
    plain, other = api.summarize(graph), api.summarize(graph, batch=4, dtype="float16")
    needs, _ = api.memory(graph, batch=4, dtype="float16", optimizer="adam")
    assert plain.insight is not None
    assert other.insight is not None
    expected = {
        **{name: getattr(plain.totals, name) for name in ("parameters", "trainable", "buffers", "layers", "weight_layers", "macs", "flops")},
        "weight_bytes": plain.totals.weight_bytes,
        "weight_bytes @ float16": other.totals.weight_bytes,
        "macs @ batch=4": other.totals.macs,
        "activation_bytes @ 4, float16": other.totals.activation_bytes,
        "peak_activation_bytes": plain.insight.memory.peak_activation_bytes,
        "peak_activation_bytes @ 4, float16": other.insight.memory.peak_activation_bytes,
        "saved_activation_bytes": plain.insight.memory.saved_activation_bytes,
        "inference_bytes @ 4, float16": needs.inference,
        "training_bytes @ 4, float16, adam": needs.training,
        "receptive_field": min(api.widest_field(graph) or ()),
    }  # fmt: skip
    for name, figure in expected.items():
        metric, at, conditions = name.partition(" @ ")
        assert value(model, f"{metric} >= 0{at}{conditions}") == figure, name
    seconds = api.roofline(graph, "t4", batch=2).total.seconds
    assert seconds is not None
    assert value(model, "latency_estimate <= 1s @ t4, batch=2") == pytest.approx(seconds * 1e12, abs=len(graph.nodes))


def test_figures_by_hand() -> None:
    """The figures of a small network, worked out by hand."""
    expected = {
        "parameters": (3 * 9 + 1) * 8 + (8 * 9 + 1) * 8 + (8 * 16 * 16 + 1) * 10,
        "macs": 32 * 32 * 8 * (27 + 72) + 20480,
        "first.parameters": 28 * 8,
        "second.macs": 32 * 32 * 8 * 72,
        "unit.parameters": 28 * 8 + 73 * 8,
        "unit.layers": 4,
        "head.weight_bytes": 20490 * 4,
        "first.receptive_field": 3,
        "second.receptive_field": 5,
        "receptive_field": 6,
        "head.receptive_field": 1,
        "first.0.macs": 32 * 32 * 8 * 27,
    }
    assert {name: value("tiny.yaml", f"{name} >= 0", MODEL) for name in expected} == expected


def test_training_heads_cost_nothing_at_inference() -> None:
    """What exists only while the network learns counts in parameters and not in MACs, as in a summary."""
    graph = api.load("googlenet_paper")
    part = next(output.tensor.node for output in graph.outputs if output.training)
    name = graph.nodes[part].name.split(".")[0]
    assert value("googlenet_paper", f"{name}.macs <= 1") == 0
    assert value("googlenet_paper", f"{name}.peak_activation_bytes <= 1") == 0
    assert (value("googlenet_paper", f"{name}.parameters <= 1") or 0) > 0


def test_field_of_unlike_axes() -> None:
    """The axis that comes nearest to breaking a limit counts: the smallest for the least, the largest for the most."""
    text = "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: [3, 7]}\n"
    assert value("x.yaml", "receptive_field >= 4", text) == 3
    assert value("x.yaml", "receptive_field <= 4", text) == 7


@pytest.mark.parametrize(
    ("limit", "margin", "passed"),
    [
        ("parameters <= 21_298", 0, True),
        ("parameters < 21_298", -1, False),
        ("parameters <= 21_297", -1, False),
        ("parameters <= 25K", 3702, True),
        ("parameters >= 21_298", 0, True),
        ("parameters > 21_298", -1, False),
        ("parameters == 21_298", 0, True),
        ("parameters == 21_299", -1, False),
        ("parameters 20K..22K", 702, True),
        ("parameters 1..20_000", -1298, False),
    ],
)
def test_margins(limit: str, margin: int, passed: bool) -> None:  # noqa: FBT001 - the answer
    """A verdict states what is left of the limit, to the nearer end of a range."""
    (verdict,) = verdicts("tiny.yaml", limit, text=MODEL)
    assert (verdict.value, verdict.margin, verdict.passed) == (21_298, margin, passed)


def test_top() -> None:
    """The largest contributors are whole blocks; what is inside where one block is more than half of all."""
    (one,) = verdicts("tiny.yaml", "macs <= 1", text=MODEL)
    assert [(share.name, share.value, share.share) for share in one.top] == [
        ("second.0", 589_824, 0.7094),
        ("first", 221_184, 0.266),
        ("head", 20_480, 0.0246),
    ]
    (two,) = verdicts("vgg16", "parameters <= 1M")
    assert [share.name for share in two.top] == ["classifier.0", "classifier.3", "features"]
    assert sum(share.value for share in two.top) + 4_097_000 == two.value


def test_top_of_what_does_not_add() -> None:
    """The peak names the layers that run at it, a need for memory what it adds up from."""
    peak, training, inference = verdicts(
        "tiny.yaml", "peak_activation_bytes <= 1", "training_bytes <= 1 @ adam", "inference_bytes <= 1", text=MODEL
    )
    assert [(share.name, share.share) for share in peak.top] == [("second.0", None), ("2", None), ("first.0", None)]
    assert [share.name for share in training.top] == ["adam state", "saved for backward", "weights"]
    assert [share.name for share in inference.top] == ["weights", "peak activations"]
    assert sum(share.value for share in inference.top) == inference.value


def test_training_that_needs_what_inference_needs() -> None:
    """Where less is saved than is alive at the peak, the peak is the part."""
    text = "input: [3, 32, 32]\nlayers:\n  - conv: {out: 64, kernel: 3, trainable: false}\n  - relu\n"
    (verdict,) = verdicts("x.yaml", "training_bytes <= 1", text=text)
    assert "peak activations" in [share.name for share in verdict.top]


def test_nothing_contributes_to_nothing() -> None:
    """A figure of 0 has no contributors."""
    (verdict,) = verdicts("tiny.yaml", "buffers == 1", text=MODEL)
    assert (verdict.value, verdict.top) == (0, ())
    assert verdict.finding is not None
    assert verdict.finding.notes == ("the limit is set by --budget 'buffers == 1'",)


def test_field_grows_by_block() -> None:
    """What contributes to a receptive field is what widens it, from what the part is given on."""
    (verdict,) = verdicts("tiny.yaml", "second.receptive_field >= 9", text=MODEL)
    assert [(share.name, share.value) for share in verdict.top] == [("second.0", 2)]


def test_blocks_may_share_a_name() -> None:
    """A scope whose own name is that of a layer in it ends somewhere."""
    assert blocks(["a", "a.b", "a.b.c"], [1, 1, 8]) == [("a", 1), ("a.b", 1), ("a.b.c", 8)]


def test_told() -> None:
    """A broken limit is told at its line, with the figure, by how much, and where it comes from."""
    text = MODEL + 'budgets:\n  parameters: <= 20K\n  receptive_field: ">= 8"\n  unit: {weight_bytes: <= 3KiB}\n'
    loaded = api.read("tiny.yaml", text=text)
    assert loaded.graph is not None
    found = findings(judge(loaded.graph, loaded.budgets))
    assert render(found, loaded.sources) == (
        "error[budget-exceeded]: 'tiny' breaks 'parameters <= 20K': 21,298 is 1,298 (6.5%) above it\n"
        "  --> tiny.yaml:19:15\n"
        "   |\n"
        "19 |   parameters: <= 20K\n"
        "   |               ^^^^^^\n"
        "   = note: most comes from 'head' 20,490 (96.2%), 'second' 584 (2.7%), 'first' 224 (1.1%)\n"
        "   = help: save in 'head', or raise the limit knowingly\n"
        "\n"
        "error[budget-missed]: 'tiny' breaks 'receptive_field >= 8': 6 is 2 (25.0%) below it\n"
        "  --> tiny.yaml:20:20\n"
        "   |\n"
        '20 |   receptive_field: ">= 8"\n'
        "   |                    ^^^^^^\n"
        "   = note: most comes from 'first' 2 (33.3%), 'second' 2 (33.3%), '2' 1 (16.7%)\n"
        "   = help: strides, dilations and larger kernels early in the network change it most\n"
        "\n"
        "error[budget-exceeded]: 'tiny' breaks 'unit.weight_bytes <= 3KiB': 3,232 (3.16 KiB) is 160 bytes (5.2%) above it\n"
        "  --> tiny.yaml:21:24\n"
        "   |\n"
        "21 |   unit: {weight_bytes: <= 3KiB}\n"
        "   |                        ^^^^^^^\n"
        "   = note: most comes from 'second.0' 2.28 KiB (72.3%), 'first' 896 bytes (27.7%)\n"
        "   = help: save in 'second.0', or raise the limit knowingly\n"
        "\n"
        "3 errors\n"
    )
    assert found[0].facts == {
        "metric": "parameters",
        "part": None,
        "value": 21298,
        "limit": "<= 20K",
        "margin": -1298,
        "top": [
            {"name": "head", "value": 20490, "share": 0.9621},
            {"name": "second", "value": 584, "share": 0.0274},
            {"name": "first", "value": 224, "share": 0.0105},
        ],
    }


def test_told_of_options() -> None:
    """A limit that stands in no file is told at the first line of the model, naming the option."""
    exceeded, missed, memory = findings(
        verdicts("tiny.yaml", "latency_estimate <= 1ns @ t4", "layers >= 50", "training_bytes <= 1KB", text=MODEL)
    )
    assert (exceeded.span.file, exceeded.span.line) == ("tiny.yaml", 1)
    assert exceeded.notes[-1] == "the limit is set by --budget 'latency_estimate <= 1ns @ t4'"
    assert missed.help == "a figure that is smaller than expected is often a layer that was lost"
    assert memory.help == "cnninspect memory shows where it goes; save there, or raise the limit knowingly"


def test_told_of_inherited_limits(tmp_path: Path) -> None:
    """A limit of a file that the network extends is told at its place there, with what lifts it."""
    (tmp_path / "base.yaml").write_text(MODEL + "budgets: {parameters: 1}\n", "utf-8")
    own = tmp_path / "own.yaml"
    own.write_text("extends: base.yaml\nname: own\n", "utf-8")
    (finding,) = findings(verdicts(str(own)))
    assert finding.span.file.endswith("base.yaml")
    assert finding.message.startswith("'own' breaks 'parameters 1'")
    assert finding.notes[-1].endswith("base.yaml: budgets of its own replace all of these")
    own.write_text("extends: base.yaml\nname: own\nbudgets: {}\n", "utf-8")
    assert verdicts(str(own)) == ()


def test_seconds() -> None:
    """Machines read a time in seconds."""
    (verdict,) = verdicts("tiny.yaml", "latency_estimate <= 1s @ t4", text=MODEL)
    told = facts(verdict)
    assert verdict.value is not None
    assert told["value"] == verdict.value / 1e12
    assert 0 < float(str(told["value"])) < 1e-3


UNKNOWN = [
    ("input: [32]\nlayers: [linear: 10]\n", "receptive_field >= 3", "the first input has no spatial axes"),
    (MODEL, "latency_estimate <= 1s @ t4, float64", "NVIDIA T4 states no peak for float64"),
]


@pytest.mark.parametrize(("text", "limit", "why"), UNKNOWN)
def test_unknown_is_a_finding(text: str, limit: str, why: str) -> None:
    """What cannot be told does not pass, and it is said why."""
    (verdict,) = verdicts("x.yaml", limit, text=text)
    assert (verdict.passed, verdict.value, verdict.margin) == (False, None, None)
    assert verdict.finding is not None
    assert (verdict.finding.code, verdict.finding.severity) == ("budget-unknown", "error")
    assert verdict.finding.message.endswith(f"keeps '{limit}' cannot be told")
    assert why in verdict.finding.notes[0]


METRICS = (
    *("parameters <= 1", "macs <= 1", "weight_layers <= 1", "receptive_field >= 1", "peak_activation_bytes <= 1"),
    *("saved_activation_bytes <= 1", "training_bytes <= 1", "inference_bytes <= 1", "latency_estimate <= 1s @ t4"),
)


@pytest.mark.parametrize("limit", METRICS)
def test_broken_models_pass_nothing(limit: str) -> None:
    """Of a network with a mistake the mistake is the error; that its limits are not known to be kept is a note."""
    text = MODEL + "  - conv: {out: 8, kernel: 3}\n"
    (verdict,) = verdicts("x.yaml", limit, text=text)
    assert verdict.finding is not None
    assert (verdict.value, verdict.finding.code, verdict.finding.severity) == (None, "budget-unknown", "note")
    assert verdict.finding.help == "mend the mistakes of the model first"
    assert "it is not known of" in verdict.finding.notes[0]


def test_names_of_the_unknown_are_few() -> None:
    """Of many layers that are unknown the first three are named."""
    text = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 0}\n" + "  - relu\n" * 10
    loaded = api.read("x.yaml", text=text)
    assert loaded.graph is not None
    (verdict,) = judge(loaded.graph, [parse_option("macs <= 1", "--budget")])
    assert verdict.finding is not None
    assert verdict.finding.notes[0] == "it is not known of 0, 1, 2 and 8 more"


def test_unknown_parts() -> None:
    """A part that does not exist is a mistake at its name, told once whatever its limits."""
    text = MODEL + "budgets:\n  fist: {macs: 1, parameters: 2}\n"
    found = verdicts("tiny.yaml", text=text)
    assert [verdict.passed for verdict in found] == [False, False]
    (finding,) = findings(found)
    assert (finding.code, finding.help, finding.span.line, finding.span.column) == (
        "unknown-part",
        "did you mean 'first'?",
        19,
        3,
    )
    (far,) = findings(verdicts("tiny.yaml", "q.macs <= 1", text=MODEL))
    assert far.help == "its parts are first, unit, second, 2, 3, head"
    (broken,) = findings(verdicts("x.yaml", "q.macs <= 1", text="input: [3, 8, 8]\nlayers: [conv: {out: 0}]\n"))
    assert broken.notes[0] == "the model has mistakes of its own"


def test_a_scope_hides_a_block() -> None:
    """A part is the scope of that name first, then the block."""
    figures = Figures(api.read("x.yaml", text=MODEL.replace("name: second", "name: unit")).graph or api.load("vgg16"))
    assert [figures.graph.nodes[at].name for at in figures.members("unit")] == ["unit.0", "unit.1"]


@pytest.mark.parametrize(
    ("number", "unit", "text", "exact"),
    [
        (1234567, "count", "1,234,567", "1,234,567"),
        (1, "bytes", "1 byte", "1 byte"),
        (1023, "bytes", "1,023 bytes", "1,023 bytes"),
        (1024, "bytes", "1.00 KiB", "1,024 (1.00 KiB)"),
        (25_690_112, "bytes", "24.50 MiB", "25,690,112 (24.50 MiB)"),
        (2**60, "bytes", "1,048,576.00 TiB", "1,152,921,504,606,846,976 (1,048,576.00 TiB)"),
        (5_792_438_575, "time", "5.792 ms", "5.792 ms"),
        (10, "time", "0.010 ns", "0.010 ns"),
        (-3 * 10**12, "time", "-3.000 s", "-3.000 s"),
        (213, "pixels", "213", "213"),
    ],
)
def test_words(number: int, unit: str, text: str, exact: str) -> None:
    """Figures are told in the unit that they are thought in, and exactly."""
    assert (short(number, unit), shown(number, unit)) == (text, exact)


def test_a_name_may_say_anything() -> None:
    """Names of a model are cut and made visible."""
    text = 'name: "a\\u001b[31m\\u202e' + "x" * 200 + '"\ninput: [3, 8, 8]\nlayers: [relu]\nbudgets: {layers: 0}\n'
    (finding,) = findings(verdicts("x.yaml", text=text))
    assert finding.message.isprintable()
    assert len(finding.message) < 200
