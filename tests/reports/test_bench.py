"""What a benchmark looks like on paper, from figures made up for it."""

from __future__ import annotations

import json

import pytest

from cnninspect.backends.bench_records import (
    About,
    Bench,
    Case,
    Failure,
    Largest,
    LayerTime,
    LayerTimes,
    Machine,
    Sample,
    Versus,
    WarmUp,
    Wish,
)
from cnninspect.backends.timing_stats import Ratio, spread
from cnninspect.reports import bench as report
from cnninspect.reports import bench_json
from cnninspect.reports.bench_plot import Frame, drawing
from cnninspect.reports.bench_words import between, digits, interval, names, seconds
from cnninspect.reports.svg import Dot, Line, Words, write

MIB = 2**20
WISH = Wish(batches=(1, 8), modes=("forward", "step"), threads=1)
OURS = About("net", "model", "net.yaml", None, (("image", (3, 8, 8)),))
THEIRS = About("pkg:net", "import", "pkg:net", None, (("image", (3, 8, 8)),))
MACHINE = Machine("2.9", "cpu", "A processor", 4, 1, 0.5)


def case(subject: int, mode: str, batch: int, *times: float) -> Case:
    """A case of these seconds, with as many of the processor."""
    samples = tuple(Sample(time, time) for time in times)
    return Case(
        subject,
        mode,
        batch,
        samples,
        spread(times),
        spread(times),
        WarmUp(7, True, 0.5),
        3 * MIB,
        2 * MIB if not subject else None,
    )


FAILED = Case(0, "step", 8, predicted=MIB, failure=Failure("no", True, "stem", "net.yaml:3", 5))
ALONE = Bench(WISH, MACHINE, (OURS,), (case(0, "forward", 1, 0.001, 0.003), FAILED), (), None, (), ("A note.",), False)
TWO = Bench(
    WISH,
    MACHINE._replace(load=3.0),
    (OURS, THEIRS),
    (case(0, "forward", 1, 0.002), case(1, "forward", 1, 0.001)),
    (Versus(1, "forward", 1, Ratio(2.0, 1.9, 2.1, 8), Ratio(1.5, None, None, 3)),),
    LayerTimes(1, 4, 0.002, 0.0025, (LayerTime("a", "conv", 0.0015, 0.75), LayerTime("b", "relu", 0.0005, 0.25))),
    (
        Largest("forward", MIB, 9, ((9, True), (10, False)), 11),
        Largest("step", MIB, None, ((4, True), (8, True)), None),
    ),
    ("A note.",),
    True,
)
PLAIN = """\
net  net.yaml, input 3x8x8
cpu: A processor, 1 thread of 4 cores, torch 2.9
float32; load average 0.50

mode     batch   median     quartiles      min  per second      CPU    memory  foretold
forward      1  2.00 ms  1.50-2.50 ms  1.00 ms         500  2.00 ms  3.00 MiB  2.00 MiB
step         8   failed             -        -           -        -         -  1.00 MiB

net, step, batch 8: out of memory at layer 'stem' (net.yaml:3); the network needs 1.00 MiB at least; \
the largest batch that should fit is 5

A note.
"""


def test_a_report_in_a_pipe() -> None:
    """What ran and where, a row for each case, why one failed, and what the figures mean."""
    text = report.render(ALONE)
    assert text.startswith(PLAIN)
    assert text.isascii()


def test_several_in_a_report() -> None:
    """With others a column tells them apart, ratios have their interval, and what else was asked for follows."""
    sections = report.render(TWO).split("\n\n")
    assert sections[0].endswith(
        "load average 3.00: THE MACHINE IS BUSY, times are too long and only ratios mean something"
    )
    assert sections[1].split("\n")[1:] == [
        "net      forward      1  2.00 ms  2.00-2.00 ms  2.00 ms         500  2.00 ms  3.00 MiB  2.00 MiB",
        "pkg:net  forward      1  1.00 ms  1.00-1.00 ms  1.00 ms       1,000  1.00 ms  3.00 MiB         ?",
    ]
    assert sections[2].split("\n") == [
        "net over  mode     batch                 time        CPU  pairs",
        "pkg:net   forward      1  2.000 (1.900-2.100)  1.500 (?)      8",
    ]
    assert sections[3] == "interrupted: this is what had been measured"
    assert sections[4].split("\n") == [
        "layer  type     time  share",
        "a      conv  1.50 ms  75.0%  ██████████",
        "b      relu   500 µs  25.0%  ███",
        "Layers: medians of 4 forwards at batch 1, shares of their sum; a forward takes 2.50 ms with a clock between "
        "the layers, 2.00 ms without (+25%).",
    ]
    assert sections[5].split("\n") == [
        "largest batch, forward: 9 within 1.00 MiB (2 tried); foretold 11",
        "largest batch, step: at least 8 within 1.00 MiB (2 tried); foretold ?",
    ]


def test_the_layers_that_take_longest() -> None:
    """Of the layers the first few by time, if no more are asked for."""
    text = report.render(TWO, top=1)
    assert "a      conv" in text
    assert "relu" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 140])
@pytest.mark.parametrize("bench", [ALONE, TWO])
def test_a_terminal_is_wide_enough(bench: Bench, width: int) -> None:
    """Lines fit, but for a table from which nothing more can go."""
    lines = report.render(bench, style=report.Style(width)).split("\n")
    assert max(map(len, lines)) <= max(width, 57)


def test_colour_adds_nothing_but_colour() -> None:
    """Without its escapes the text is the same."""
    shown = report.render(TWO, style=report.Style(color=True))
    for code in ("0", "1", "2", "31"):
        shown = shown.replace(f"\x1b[{code}m", "")
    assert shown == report.render(TWO)


def test_markdown() -> None:
    """The same tables as Markdown."""
    text = report.markdown(TWO)
    assert text.startswith("### net  net.yaml, input 3x8x8\n\npkg:net  imported, input 3x8x8\n")
    assert (
        "| net     | forward |     1 | 2.00 ms | 2.00-2.00 ms | 2.00 ms |        500 | 2.00 ms | 3.00 MiB | 2.00 MiB |"
        in text
    )
    assert "| pkg:net  | forward |     1 | 2.000 (1.900-2.100) | 1.500 (?) |     8 |" in text
    assert "interrupted: this is what had been measured" in text
    assert "largest batch, forward: 9 within 1.00 MiB (2 tried); foretold 11" in text


def test_json() -> None:
    """Every figure raw, in seconds and bytes; null for what is unknown."""
    found = json.loads(bench_json.json([TWO, ALONE]))
    assert found.keys() == {"schema", "benches", "findings"}
    assert (found["schema"], found["findings"]) == ("cnninspect.bench/1", [])
    two, alone = found["benches"]
    assert two["machine"] == {
        "torch": "2.9", "device": "cpu", "device_name": "A processor", "cores": 4, "threads": 1,
        "load_average": 3.0, "busy": True, "compiler": None,
    }  # fmt: skip
    assert two["settings"] == {
        "dtype": "float32", "compile": False, "channels_last": False, "least_runs": 10, "least_seconds": 1.0,
        "optimizer": "sgd", "seed": 0, "gives_memory_back": False,
    }  # fmt: skip
    assert two["networks"][1] == {
        "name": "pkg:net", "kind": "import", "source": "pkg:net", "variant": None,
        "inputs": [{"name": "image", "shape": [3, 8, 8]}],
    }  # fmt: skip
    assert alone["cases"][0] == {
        "network": 0, "mode": "forward", "batch": 1, "runs": 2,
        "warm_up": {"runs": 7, "stable": True, "first_seconds": 0.5},
        "seconds": {"median": 0.002, "lower_quartile": 0.0015, "upper_quartile": 0.0025, "least": 0.001, "most": 0.003},
        "cpu_seconds": {"median": 0.002, "lower_quartile": 0.0015, "upper_quartile": 0.0025, "least": 0.001, "most": 0.003},
        "samples_per_second": 500.0, "memory_bytes": 3 * MIB, "predicted_bytes": 2 * MIB, "failure": None,
        "graph_breaks": None,
    }  # fmt: skip
    assert alone["cases"][1]["failure"] == {
        "message": "no", "out_of_memory": True, "layer": "stem", "place": "net.yaml:3", "fits": 5,
        "asked": None,
    }  # fmt: skip
    assert [alone["cases"][1][key] for key in ("runs", "warm_up", "seconds", "memory_bytes")] == [0, None, None, None]
    assert two["ratios"] == [
        {
            "network": 0, "over": 1, "mode": "forward", "batch": 1,
            "seconds": {"ratio": 2.0, "low": 1.9, "high": 2.1, "pairs": 8},
            "cpu_seconds": {"ratio": 1.5, "low": None, "high": None, "pairs": 3},
        }
    ]  # fmt: skip
    assert two["layers"]["layers"][0] == {"name": "a", "type": "conv", "seconds": 0.0015, "share": 0.75}
    assert [two["layers"][key] for key in ("batch", "runs", "plain_seconds", "watched_seconds")] == [
        1,
        4,
        0.002,
        0.0025,
    ]
    assert two["largest"][0] == {
        "mode": "forward", "limit_bytes": MIB, "batch": 9, "predicted_batch": 11,
        "tried": [{"batch": 9, "fits": True}, {"batch": 10, "fits": False}],
    }  # fmt: skip
    assert (alone["ratios"], alone["layers"], alone["largest"]) == ([], None, [])
    assert (two["interrupted"], alone["interrupted"], two["notes"]) == (True, False, ["A note."])


def test_json_with_samples() -> None:
    """Every run is there on request, and only then."""
    bare, full = (
        json.loads(bench_json.json([ALONE], samples=wanted))["benches"][0]["cases"][0] for wanted in (False, True)
    )
    assert full.pop("samples") == [{"seconds": 0.001, "cpu_seconds": 0.001}, {"seconds": 0.003, "cpu_seconds": 0.003}]
    assert full == bare


def test_csv() -> None:
    """A record for each case, nothing where nothing is known."""
    assert bench_json.csv([ALONE, TWO]) == (
        "network,kind,mode,batch,runs,seconds_median,seconds_lower_quartile,seconds_upper_quartile,seconds_least,"
        "seconds_most,cpu_seconds_median,samples_per_second,memory_bytes,predicted_bytes,failure,graph_breaks\n"
        "net,model,forward,1,2,0.002,0.0015,0.0025,0.001,0.003,0.002,500.0,3145728,2097152,,\n"
        "net,model,step,8,0,,,,,,,,,1048576,no,\n"
        "net,model,forward,1,1,0.002,0.002,0.002,0.002,0.002,0.002,500.0,3145728,2097152,,\n"
        "pkg:net,import,forward,1,1,0.001,0.001,0.001,0.001,0.001,0.001,1000.0,3145728,,,\n"
    )
    same = TWO._replace(subjects=(TWO.subjects[0], TWO.subjects[0]))
    assert [line.split(",")[0] for line in bench_json.csv([same]).splitlines()] == ["network", "net", "net (2)"]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "?"), (0.0, "0.00 ns"), (2.5e-9, "2.50 ns"), (9.996e-7, "1.00 µs"), (45.14e-3, "45.1 ms"),
        (9.996e-3, "10.0 ms"), (0.09996, "100 ms"), (0.9996, "1.00 s"), (1234.5, "1,234 s"),
    ],
)  # fmt: skip
def test_times(number: float | None, text: str) -> None:
    """Three digits and the unit that suits, also where rounding leads to the next one."""
    assert seconds(number) == text


def test_pairs_of_times_and_ratios() -> None:
    """Both times have the unit of the later; a ratio without interval says so."""
    assert between(0.0005, 0.0125) == "0.50-12.5 ms"
    assert digits(99.96) == "100"
    assert interval(None) == "-"
    assert interval(Ratio(1.0, 0.98, 1.0251, 9)) == "1.000 (0.980-1.025)"


def test_names_that_are_alike() -> None:
    """Networks of one name are numbered."""
    assert names([OURS, OURS, THEIRS, OURS]) == ["net", "net (2)", "pkg:net", "net (3)"]


def test_where_a_plot_puts_numbers() -> None:
    """Both axes go by powers: 10 is halfway from 1 to 100 in both."""
    frame = Frame(100.0, [1, 100], [1.0, 100.0])
    assert frame.x(1) < frame.x(10) == (frame.x(1) + frame.x(100)) / 2
    assert (frame.y(100.0), frame.y(10.0), frame.y(1.0)) == (100.0, 195.0, 290.0)
    assert Frame(0.0, [8], [1.0]).x(8) == Frame(0.0, [1, 64], [1.0]).x(8)  # one batch alone stands in the middle


def test_a_plot() -> None:
    """A dot for each case in each of two panels, a dashed line for others, and everything on the paper."""
    bench = TWO._replace(cases=(*TWO.cases, case(0, "forward", 8, 0.01, 0.03), FAILED))
    made = drawing([bench])
    dots = [mark for mark in made.marks if isinstance(mark, Dot)]
    assert [dot.title for dot in dots] == [
        "net, forward, batch 1: 2.00 ms", "net, forward, batch 8: 20.0 ms", "pkg:net, forward, batch 1: 1.00 ms",
        "net, forward, batch 1: 500", "net, forward, batch 8: 400", "pkg:net, forward, batch 1: 1,000",
    ]  # fmt: skip
    assert [dot.hollow for dot in dots] == [False, False, True] * 2
    for mark in made.marks:
        places = mark.points if isinstance(mark, Line) else [(mark.x, mark.y)]  # type: ignore[union-attr]
        assert all(0 <= x <= made.width and 0 <= y <= made.height for x, y in places)
    texts = [mark.text for mark in made.marks if isinstance(mark, Words)]
    assert {"net, forward", "pkg:net, forward", "samples a second", "1", "8"} <= {*texts}
    assert write(made).count("<circle") == 6


def test_lines_of_a_plot_differ() -> None:
    """No two lines have the same colour and dash, nor the same name: two networks, each with two others in two modes."""
    cases = tuple([case(at, mode, 1, 0.01) for at in range(3) for mode in WISH.modes])
    bench = TWO._replace(subjects=(OURS, THEIRS, OURS), cases=cases)
    dots = [mark for mark in drawing([bench, bench]).marks if isinstance(mark, Dot)][:12]
    assert len({(dot.fill, dot.hollow) for dot in dots}) == 12
    assert len({dot.title for dot in dots}) == 12
    assert dots[0].fill == dots[2].fill  # ours and the first beside it


def test_a_plot_of_nothing() -> None:
    """Where every case failed there are axes and no lines."""
    made = drawing([ALONE._replace(cases=(FAILED,))])
    assert not [mark for mark in made.marks if isinstance(mark, Dot)]
