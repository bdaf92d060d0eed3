"""Benchmarks: what runs, in which order, what is kept of it, and what is told where something cannot run."""

from __future__ import annotations

import json
import sys
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("torch")

import torch
from torch import nn

import cnninspect
from cnninspect import api
from cnninspect.backends.bench_memory import MOST, Search, height, peak, stored, traced
from cnninspect.backends.bench_records import Wish
from cnninspect.backends.bench_subject import imported, of_graph
from cnninspect.backends.bench_work import Work, leaves, total
from cnninspect.backends.malloc import TOLD
from cnninspect.backends.running_memory import asked, out_of_memory
from cnninspect.backends.timing import Clock, in_turn, stable, warm_up
from cnninspect.reports import bench_json
from cnninspect.values import Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cnninspect.backends.bench_records import Bench, Sample
    from cnninspect.ir import Graph

pytestmark = pytest.mark.torch
CPU = torch.device("cpu")
TINY = """
name: tiny
input: [3, 8, 8]
layers:
  - {conv: {out: 4, kernel: 3, padding: 1}, name: stem}
  - {batch_norm: , name: norm}
  - {relu: , name: act}
  - {global_avg_pool: , name: pool}
  - {flatten: , name: flat}
  - {linear: 10, name: fc}
"""
COUNTER = """
import torch

calls = []

class Counter(torch.nn.Module):
    def __init__(self, end=None, why=KeyboardInterrupt):
        super().__init__()
        self.fc = torch.nn.Linear(8, 2)
        self.end = end
        self.why = why

    def forward(self, x):
        calls.append((tuple(x.shape), self.training, torch.is_inference_mode_enabled()))
        if self.end is not None and len(calls) >= self.end:
            raise self.why
        return {"a": self.fc(x), "b": [x.sum()]}

def impatient():
    return Counter(40)

def tiring():
    return Counter(40, RuntimeError("enough"))

def broken():
    raise ValueError("no weights here")

def refusing():
    class Refusing(Counter):
        def forward(self, x):
            raise RuntimeError("not today\\nnor tomorrow")
    return Refusing()

def breaking():
    class Breaking(Counter):
        def forward(self, x):
            y = self.fc(x)
            print("", end="")
            return y * 2 if float(y.sum().detach()) > 0 else y
    return Breaking()

def number():
    return 3

made = Counter()

class models:
    hidden = Counter
"""


def graph_of(text: str) -> Graph:
    graph = api.read("tiny.yaml", text=text).graph
    assert graph is not None
    return graph


def bench(text: str = TINY, **options: Any) -> Bench:
    """As few runs as there can be."""
    given: dict[str, Any] = {"device": "cpu", "runs": 2, "seconds": 0.0, "threads": 1, **options}
    return cnninspect.bench(graph_of(text), **given)  # type: ignore[no-any-return, operator]


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A package of a stranger's, with a module that counts its runs."""
    folder = tmp_path / "strangers"
    folder.mkdir()
    (folder / "__init__.py").write_text("", "utf-8")
    (folder / "counting.py").write_text(COUNTER, "utf-8")
    (folder / "lacking.py").write_text("import a_package_that_nobody_has\n", "utf-8")
    (folder / "leaving.py").write_text("raise SystemExit(0)\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield lambda: sys.modules["strangers.counting"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "strangers"]:
        del sys.modules[name]


# --- running in turn ----------------------------------------------------------------------


def test_three_take_turns() -> None:
    """Every other round goes backwards, rounds are even in number, and what comes after another runs once before."""
    order: list[str] = []
    found: list[list[Sample]] = [[], [], []]
    in_turn([lambda name=name: order.append(name) for name in "ABC"], Clock(CPU), found, runs=3, seconds=0.0)  # type: ignore[misc]
    assert "".join(order) == "A BB CC C BB AA A BB CC C BB AA".replace(" ", "")
    assert [len(samples) for samples in found] == [4, 4, 4]


def test_what_is_alike_is_run_no_more_than_timed() -> None:
    """The same network watched and plain leaves the caches as it finds them."""
    order: list[str] = []
    found: list[list[Sample]] = [[], []]
    works: list[Callable[[], None]] = [lambda: order.append("A"), lambda: order.append("B")]
    in_turn(works, Clock(CPU), found, runs=2, seconds=0.0, alike=True)
    assert "".join(order) == "ABBA"


def test_one_alone_runs_as_often_as_asked() -> None:
    """Nothing has to be even where there is nobody to take turns with."""
    found: list[list[Sample]] = [[]]
    in_turn([lambda: None], Clock(CPU), found, runs=3, seconds=0.0)
    assert len(found[0]) == 3


def test_what_ran_before_an_interruption_is_there() -> None:
    """An interrupted round leaves the samples of all that came before."""
    found: list[list[Sample]] = [[], []]

    def second() -> None:
        if len(found[1]) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_turn([lambda: None, second], Clock(CPU), found, runs=9, seconds=0.0)
    assert [len(samples) for samples in found] == [3, 2]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([1.0] * 5, False),
        ([1.0] * 6, True),
        ([9.0, 1.0, 1.0, 1.0, 1.09, 1.09, 1.09], True),
        ([2.0] * 3 + [1.0] * 3, False),
    ],
)
def test_when_times_are_steady(seconds: list[float], *, expected: bool) -> None:
    """The median of the last three is within a tenth of that of the three before."""
    assert stable(seconds) is expected


def test_warming_up_ends() -> None:
    """However unsteady, there are at most thirty runs."""
    calls: list[int] = []
    found = warm_up(lambda: calls.append(1), Clock(CPU))
    assert found.runs == len(calls)
    assert 7 <= found.runs <= 30


# --- one run ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "optimizer", "kept"),
    [("train", "adam", 0), ("step", "sgd", 0), ("step", "momentum", 2), ("step", "adam", 6)],
)
def test_learning_changes_no_weight(mode: str, optimizer: str, kept: int) -> None:
    """A step does its work and leaves weights as they were and no gradients; what the optimizer keeps is held."""
    module = nn.Linear(8, 2)
    before = [tensor.clone() for tensor in module.parameters()]
    work = Work(module.eval(), module, [torch.ones(3, 8)], mode, optimizer)
    work.run()
    assert module.training
    assert all(torch.equal(*pair) for pair in zip(before, module.parameters(), strict=True))
    assert [tensor.grad for tensor in module.parameters()] == [None, None]
    assert len(work.held()) == 2 + 1 + kept  # weight and bias, the input, two tensors and a count each for adam


def test_what_cannot_learn_runs() -> None:
    """A network without weights has a forward and nothing more to do in a step."""
    module = nn.ReLU()
    Work(module, module, [torch.ones(2, 3)], "step", "sgd").run()
    assert module.training


def test_every_output_counts() -> None:
    """The sum goes over nested outputs by name and place, and leaves out what has no gradient."""
    made = {"a": torch.ones(2, 3), "b": [torch.full((2,), 2.0), (torch.ones(1, dtype=torch.int64), None)]}
    assert len([*leaves(made)]) == 3
    assert total(made).item() == 6 + 4


# --- memory -------------------------------------------------------------------------------


def test_the_height_of_a_sum() -> None:
    """4 − 4 + 3 + 2 − 1 has been 5 at most."""
    assert height([4, -4, 3, 2, -1]) == 5
    assert height([]) == 0


def test_the_allocator_is_traced() -> None:
    """4,000 bytes that are free again do not add to 2,000 and 1,000 later."""

    def run() -> None:
        torch.empty(1000)
        kept = [torch.empty(500), torch.empty(250)]
        del kept

    assert traced(run) == 4000


def test_the_peak_of_a_run() -> None:
    """A relu's input is there before, its output comes: 2·3·8·8 numbers of 4 bytes, twice."""
    module = nn.ReLU()
    assert peak(Work(module, module, [torch.randn(2, 3, 8, 8)], "forward", "sgd"), CPU) == 2 * 1536


def test_a_storage_counts_once() -> None:
    """A view shares the bytes of what it shows."""
    whole = torch.zeros(10)
    assert stored([whole, whole[2:], torch.zeros(3)]) == 40 + 12


@pytest.mark.parametrize("truth", [0, 1, 2, 7, 99, 100, 101, 1000, MOST])
@pytest.mark.parametrize("guess", [None, 0, 1, 100, 640, MOST])
def test_the_search_finds_the_last_that_fits(truth: int, guess: int | None) -> None:
    """Whatever is guessed, it is the largest that fits, and no batch is tried twice."""
    tried: list[int] = []

    def fits(batch: int) -> bool:
        tried.append(batch)
        return batch <= truth

    search = Search(fits)
    assert search.find(guess) == truth
    assert len(tried) == len(set(tried)) <= 2 * 24 + 2
    assert search.tried == {batch: batch <= truth for batch in tried}


def test_a_good_guess_saves_runs() -> None:
    """A guess that is right takes two runs."""
    search = Search(lambda batch: batch <= 40)
    assert search.find(40) == 40
    assert search.tried == {40: True, 41: False}


def test_a_lack_of_memory_is_known_by_its_cause() -> None:
    """Of the host or of a device, and under the name of a layer; other errors are none."""
    with pytest.raises(RuntimeError) as host:
        torch.empty(2**50)
    assert out_of_memory(host.value)
    wrapped = RuntimeError("layer 'a'")
    wrapped.__cause__ = torch.cuda.OutOfMemoryError("CUDA out of memory")
    assert out_of_memory(wrapped)
    assert not out_of_memory(RuntimeError("shapes differ"))


def test_what_could_not_be_had() -> None:
    """How many bytes were asked for is read from what torch says, of the host and of a GPU."""
    with pytest.raises(RuntimeError) as host:
        torch.empty(2**50)
    assert asked(host.value) == 2**52
    wrapped = RuntimeError("layer 'a'")
    wrapped.__cause__ = RuntimeError(
        "CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of 7 GiB"
    )
    assert asked(wrapped) == 3 * 2**29
    assert asked(RuntimeError("tried to allocate many bytes")) is None
    assert asked(RuntimeError("shapes differ")) is None


# --- the whole ----------------------------------------------------------------------------


def test_cases_in_the_order_asked_for() -> None:
    """By batch, then mode, then network; two in turn have a ratio each time and as many samples."""
    found = bench(vs=[graph_of(TINY)], batches=(2, 1), modes=("step", "forward"))
    asked = [(batch, mode, which) for batch in (2, 1) for mode in ("step", "forward") for which in (0, 1)]
    assert [(case.batch, case.mode, case.subject) for case in found.cases] == asked
    assert {len(case.samples) for case in found.cases} == {2}
    assert [(versus.batch, versus.mode, versus.other, versus.seconds.pairs) for versus in found.versus] == [
        (2, "step", 1, 2), (2, "forward", 1, 2), (1, "step", 1, 2), (1, "forward", 1, 2)
    ]  # fmt: skip
    assert (found.failed, found.interrupted, found.layers, found.largest) == (False, False, None, ())
    assert found.machine.threads == 1
    machine = json.loads(bench_json.json([found]))["benches"][0]["machine"]
    assert (machine["torch"], machine["threads"]) == (str(torch.__version__), 1)


def test_memory_stands_beside_its_prediction() -> None:
    """What is foretold is what the memory command says, and no run takes less than its weights and inputs."""
    graph = graph_of(TINY)
    [forward, step] = bench(batches=(4,), modes=("forward", "step"), optimizer="adam").cases
    assert forward.predicted == api.memory(graph, batch=4)[0].inference
    assert step.predicted == api.memory(graph, batch=4, optimizer="adam")[0].training
    # weights 4·27 + 4 + 2·4 + 10·4 + 10 = 170, statistics 2·4 numbers and a count of 8 bytes, inputs 4·3·64
    least = 4 * (170 + 8 + 4 * 192) + 8
    assert forward.memory is not None
    assert step.memory is not None
    assert forward.memory > least
    assert step.memory > least + 2 * 4 * 170  # adam keeps two numbers for a weight


def test_the_same_seed_is_the_same_network_and_input() -> None:
    """Weights and inputs follow from the seed; another seed is another network."""
    graph, wish = graph_of(TINY), Wish(seed=5)
    one, two, other = (of_graph(graph, w, CPU) for w in (wish, wish, wish._replace(seed=6)))
    assert torch.equal(one.module.state_dict()["fc.weight"], two.module.state_dict()["fc.weight"])
    assert torch.equal(one.inputs(2, wish, CPU)[0], two.inputs(2, wish, CPU)[0])
    assert not torch.equal(one.module.state_dict()["fc.weight"], other.module.state_dict()["fc.weight"])
    assert not torch.equal(one.inputs(2, wish, CPU)[0], one.inputs(2, wish._replace(seed=6), CPU)[0])


def test_channels_last() -> None:
    """Weights and inputs of as many axes lie channels last, of images and of volumes."""
    wish = Wish(channels_last=True)
    subject = of_graph(graph_of(TINY), wish, CPU)
    assert subject.module.state_dict()["stem.weight"].is_contiguous(memory_format=torch.channels_last)
    assert subject.inputs(2, wish, CPU)[0].is_contiguous(memory_format=torch.channels_last)
    volume = of_graph(graph_of("input: [2, 4, 4, 4]\nlayers: [{conv: {out: 4, kernel: 3}, name: c}]\n"), wish, CPU)
    assert volume.module.state_dict()["c.weight"].is_contiguous(memory_format=torch.channels_last_3d)
    assert volume.inputs(2, wish, CPU)[0].is_contiguous(memory_format=torch.channels_last_3d)


def test_dtype() -> None:
    """Weights and inputs have the data type that was asked for."""
    wish = Wish(dtype="bfloat16")
    subject = of_graph(graph_of(TINY), wish, CPU)
    assert {subject.module.state_dict()["fc.weight"].dtype, subject.inputs(1, wish, CPU)[0].dtype} == {torch.bfloat16}


def test_layers() -> None:
    """Every layer has its part of a forward, the parts are all of it, and the runs without a clock are told."""
    found = bench(layers=True, batches=(2, 1)).layers
    assert found is not None
    assert [(line.name, line.op) for line in found.layers] == [
        ("stem", "conv"), ("norm", "batch_norm"), ("act", "relu"),
        ("pool", "global_avg_pool"), ("flat", "flatten"), ("fc", "linear"),
    ]  # fmt: skip
    assert abs(sum(line.share for line in found.layers) - 1) < 1e-9
    assert (found.batch, found.runs) == (2, 2)
    assert found.plain > 0


def test_the_largest_batch() -> None:
    """The batch that is found fits, one more does not, and both are told beside the prediction."""
    limit = 2**18
    [found] = bench(largest=True, memory=limit).largest
    assert found.batch is not None
    assert dict(found.tried)[found.batch] is True
    assert dict(found.tried)[found.batch + 1] is False
    assert found._replace(batch=None, tried=()) == ("forward", limit, None, (), found.predicted)
    assert api.memory(graph_of(TINY), device_bytes=limit)[1].inference.batch == found.predicted  # type: ignore[union-attr]


def test_no_batch_fits() -> None:
    """Where one sample is too much for the machine itself, the largest batch is none."""
    text = "input: [1, 1, 1]\nlayers: [{upsample: {size: 8388608}, name: up}]\n"  # 2**46 numbers of 4 bytes
    found = bench(text, largest=True, memory=2**30)
    assert found.largest == (("forward", 2**30, 0, ((1, False),), 0),)
    assert found.failed


def test_a_search_that_cannot_run() -> None:
    """Where a batch is refused for another reason than memory there is no answer, and the reason is told."""
    text = "input: [3, 1, 1]\nlayers: [{batch_norm: , name: norm}]\n"
    found = bench(text, batches=(2,), modes=("train",), largest=True, memory=100)
    assert (found.failed, found.largest) == (False, ())
    assert [note for note in found.notes if "largest" in note] == [
        "No largest batch, train: layer 'norm' (tiny.yaml:2): Expected more than 1 value per channel when training, "
        "got input size torch.Size([1, 3, 1, 1])"
    ]


def test_out_of_memory_is_one_case() -> None:
    """The layer that did not fit and what would fit are told, and the other batches are measured."""
    text = "input: [1, 1, 1]\nlayers: [{upsample: {size: 4096}, name: up}]\n"  # 64 MiB a sample, 256 TiB at 2**22
    small, large = bench(text, batches=(1, 2**22)).cases
    assert small.failure is None
    assert large.failure is not None
    assert large.failure._replace(message="", fits=None) == ("", True, "up", "tiny.yaml:2", None, 2**48)
    assert large.failure.fits is not None
    assert 1 <= large.failure.fits < 2**22
    assert (large.samples, large.spread, large.memory) == ((), None, None)


def test_what_a_network_refuses_is_one_case() -> None:
    """Batch statistics of one number are refused in training and no matter at inference."""
    text = "input: [3, 1, 1]\nlayers: [{batch_norm: , name: norm}]\n"
    found = bench(text, modes=("forward", "train"))
    assert [case.failure is None for case in found.cases] == [True, False]
    failure = found.cases[1].failure
    assert failure is not None
    assert (failure.layer, failure.out_of_memory, failure.fits) == ("norm", False, None)
    assert failure.message.startswith("layer 'norm' (tiny.yaml:2): Expected more than 1 value per channel")
    assert found.failed


def test_threads_are_given_back() -> None:
    """How many threads torch had before is what it has after."""
    before = torch.get_num_threads()
    assert bench(threads=before + 1).machine.threads == before + 1
    assert torch.get_num_threads() == before


def test_compiled_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where inductor has no C++ compiler, what traces without one is used, and that is said."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CXX", "")
    found = bench(compile=True)
    assert found.machine.compiler == "aot_eager"
    assert [note for note in found.notes if "aot_eager" in note] == [
        "No C++ compiler was found, which inductor needs: compiled with aot_eager, which traces and fuses nothing."
    ]
    assert not found.failed


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # torch's own compiler looks at it
@pytest.mark.parametrize("mode", ["forward", "train"])
def test_graph_breaks_are_counted(mode: str, counting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A built network is compiled as one graph; what is not one is compiled in parts, and its breaks are counted."""
    del counting
    monkeypatch.setenv("PATH", "")  # without a compiler, tracing is quick
    monkeypatch.setenv("CXX", "")
    text = "input: [8]\nlayers: [{linear: 2, name: fc}, relu]\n"
    found = bench(text, compile=True, modes=(mode,), compare=["strangers.counting:breaking"])
    assert [(case.failure, case.breaks) for case in found.cases] == [(None, 0), (None, 2)]
    (note,) = [note for note in found.notes if "graph break" in note]
    assert note.startswith(f"torch.compile, strangers.counting:breaking, {mode}: 2 graph breaks, the first: ")
    assert [case.breaks for case in bench(text).cases] == [None]


def test_what_no_compiler_takes_is_told(counting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails in parts as well as whole has no figures, and says why; the others have theirs."""
    del counting
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CXX", "")
    text = "input: [8]\nlayers: [{linear: 2, name: fc}]\n"
    ours, theirs = bench(text, compile=True, compare=["strangers.counting:refusing"]).cases
    assert (ours.breaks, ours.failure, theirs.breaks) == (0, None, None)
    assert theirs.failure is not None
    assert "not today" in theirs.failure.message


# --- what others wrote --------------------------------------------------------------------


def test_an_imported_module_really_runs(counting: Any) -> None:
    """It takes our input at each batch, in eval mode without gradients and in training mode with them."""
    text = "input: [8]\nlayers: [{linear: 2, name: fc}]\n"
    found = bench(text, compare=["strangers.counting:Counter"], batches=(3,), modes=("forward", "train"))
    calls = counting().calls
    timed = {
        case.mode: len(case.samples) + 2 + (case.warm.runs if case.warm else 0) for case in found.cases if case.subject
    }
    # each timed run, those that warmed up, the one that came after ours, and the one whose memory was traced
    assert calls == [((3, 8), False, True)] * timed["forward"] + [((3, 8), True, False)] * timed["train"]
    assert [about.name for about in found.subjects] == ["tiny", "strangers.counting:Counter"]
    assert found.subjects[1] == (
        "strangers.counting:Counter",
        "import",
        "strangers.counting:Counter",
        None,
        (("input", (8,)),),
    )
    assert [case.predicted for case in found.cases if case.subject] == [None, None]


def test_an_interruption_keeps_what_there_is(counting: Any) -> None:
    """Whatever had been measured when Ctrl-C came is told, the case that was going on too."""
    del counting
    text = "input: [8]\nlayers: [{linear: 2, name: fc}]\n"
    found = bench(text, compare=["strangers.counting:impatient"], runs=100)
    assert found.interrupted
    ours, theirs = found.cases
    assert ours.samples
    assert abs(len(ours.samples) - len(theirs.samples)) <= 1
    assert theirs.warm is not None
    calls = 39 - theirs.warm.runs  # the fortieth was interrupted
    assert len(theirs.samples) == calls - ceil(calls / 3)  # one after ours, and two that are timed
    assert found.versus[0].seconds.pairs == min(len(ours.samples), len(theirs.samples))


def test_a_module_that_cannot_run_is_one_case(counting: Any) -> None:
    """The first line of what it says is told, and ours is measured."""
    del counting
    text = "input: [8]\nlayers: [{linear: 2, name: fc}]\n"
    ours, theirs = bench(text, compare=["strangers.counting:refusing"]).cases
    assert len(ours.samples) == 2
    assert theirs.failure == ("not today", False, None, None, None, None)


def test_a_module_that_fails_later_keeps_what_ran(counting: Any) -> None:
    """What was timed before a failure counts, and what ended it is told."""
    del counting
    text = "input: [8]\nlayers: [{linear: 2, name: fc}]\n"
    found = bench(text, compare=["strangers.counting:tiring"], runs=100)
    theirs = found.cases[1]
    assert theirs.warm is not None
    calls = 39 - theirs.warm.runs
    assert len(theirs.samples) == calls - ceil(calls / 3)
    assert [note for note in found.notes[1:] if note != TOLD] == [
        "Timing of forward, batch 1 ended early: enough",
        "Memory was not measured: enough",
    ]
    assert not found.interrupted


@pytest.mark.parametrize(
    "spec", ["strangers.counting:made", "strangers.counting:hidden", "strangers.counting:models.hidden"]
)
def test_what_names_a_module(counting: Any, spec: str) -> None:
    """A module, its class, and what a collection keeps under its models."""
    assert isinstance(imported(spec), nn.Module)
    assert isinstance(imported(spec), counting().Counter)


@pytest.mark.parametrize(
    ("spec", "message", "help"),
    [
        ("resnet50", "'resnet50' does not say what to import", "write package.module:callable, such as torchvision:resnet50"),
        (":net", "':net' does not say what to import", "write package.module:callable, such as torchvision:resnet50"),
        (
            "strangers.absent:net",
            "there is no module 'strangers.absent' to import 'strangers.absent:net' from",
            "install it, or put it into this folder or on PYTHONPATH",
        ),
        (
            "strangers.lacking:net",
            "importing 'strangers.lacking' failed: ModuleNotFoundError: No module named 'a_package_that_nobody_has'",
            "",
        ),
        ("strangers.leaving:net", "importing 'strangers.leaving' failed: SystemExit: 0", ""),
        ("strangers.counting:Countr", "'strangers.counting:Countr': the module has no 'Countr'", "did you mean 'Counter'?"),
        ("strangers.counting:xyz.q", "'strangers.counting:xyz.q': the module has no 'xyz.q'", ""),
        (
            "strangers.counting:broken",
            "calling 'strangers.counting:broken' without arguments failed: ValueError: no weights here",
            "",
        ),
        (
            "strangers.counting:number",
            "'strangers.counting:number' gives a int, not a torch.nn.Module",
            "name a module, its class, or a function that returns one",
        ),
        (
            "strangers.counting:calls",
            "'strangers.counting:calls' gives a list, not a torch.nn.Module",
            "name a module, its class, or a function that returns one",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_imported(counting: Any, spec: str, message: str, help: str) -> None:
    """Each reason is told by its words, and what to do."""
    del counting
    with pytest.raises(Problem) as refused:
        imported(spec)
    assert (refused.value.message, refused.value.help) == (message, help)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"modes": ("forwards",)}, "unknown mode 'forwards'"),
        ({"dtype": "int8"}, "unknown dtype 'int8'"),
        ({"optimizer": "lion"}, "unknown optimizer 'lion'"),
        ({"batches": (0,)}, "batch must be at least 1, got 0"),
        ({"batches": (4, 4)}, "a batch is named twice"),
        ({"modes": ()}, "there is nothing to measure"),
        ({"runs": 0}, "runs must be at least 1, got 0"),
        ({"threads": 0}, "threads must be at least 1, got 0"),
        ({"memory": 0}, "memory must be at least 1, got 0"),
        ({"seconds": float("nan")}, "seconds must be at least 0, got nan"),
        ({"largest": True}, "the largest batch on cpu needs a limit: memory there has no end of its own"),
        ({"device": "toaster"}, None),
        ({"compare": ("nothing",)}, "'nothing' does not say what to import"),
    ],
    ids=str,
)
def test_what_no_benchmark_can_be(options: dict[str, Any], message: str | None) -> None:
    """Refused before anything runs, with the reason."""
    with pytest.raises(api.CannotRun) as refused:
        bench(**options)
    found = refused.value.problem.message
    assert found == message or (message is None and found.startswith("the device 'toaster' cannot be used: "))


def test_a_network_by_name() -> None:
    """The function takes names too, of the network and of those that it runs beside."""
    found = cnninspect.bench("lenet5", vs=["lenet5"], device="cpu", runs=1, seconds=0.0)  # type: ignore[operator]
    assert [about.name for about in found.subjects] == ["lenet5", "lenet5"]
    assert [len(case.samples) for case in found.cases] == [2, 2]
