"""`cnninspect runs`, as a user runs it."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from cnninspect.reports.runs import Style, detail, render
from cnninspect.training.reading import read_run
from tests.cli.test_summary import run
from tests.support.logged import logged
from tests.test_imports import HEAVY, loaded

if TYPE_CHECKING:
    from pathlib import Path

TABLE = """\
run     network  data    status       lr     optimizer  epochs  best  accuracy    loss  parameters  time  begun
adam    lenet5   digits  done         0.003  adamw         4/4     3    95.00%  0.6667       61.7K  2:02  2026-01-04 10:00:00
sgd/05  lenet5   digits  interrupted  0.05   sgd           2/4     2    80.00%       1       61.7K  1:01  2026-01-02 10:00:00

highest accuracy: 95.00% in epoch 3 of adam
"""


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """A folder with two runs, one of them not done."""
    logged(tmp_path / "adam", [0.9, 0.92, 0.95, 0.91])
    logged(tmp_path / "sgd" / "05", [0.58, 0.8], ended=None, lr=0.05, optimizer="sgd", workers=0)
    return tmp_path


def test_runs_are_compared(both: Path) -> None:
    """A line for each run, with the options in which they differ (and none that changes no result), and the best."""
    done = run("runs", str(both), "-q")
    assert (done.returncode, done.stdout, done.stderr) == (0, TABLE, "")


def test_the_curves(both: Path) -> None:
    """The measure that the runs were judged by is drawn, a sign for each run, in plain signs where a pipe has no others."""
    done = run("runs", str(both), PYTHONIOENCODING="ascii", COLUMNS="30")
    assert done.stdout.startswith(TABLE)
    assert "o adam   x sgd/05" in done.stdout


def test_one_run_from_epoch_to_epoch(both: Path) -> None:
    """A run alone is shown with its epochs, the best one marked, and with what it learned beside what is held out."""
    told = run("runs", str(both / "adam")).stdout
    assert (
        "    3    60  0.003333         0.5          90.00%  0.6667    95.00%     30.5              1,500  best" in told
    )
    assert "● held out   ○ learned" in told
    told = run("runs", str(both / "adam"), "--curve", "lr", "--by", "seconds").stdout
    assert "\nlr\n" in told
    assert told.endswith("seconds\n● adam\n")


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (None, "epoch step lr train loss train accuracy loss accuracy seconds images per second"),
        (80, "epoch lr train loss train accuracy loss accuracy seconds"),
        (50, "epoch train accuracy loss accuracy"),
        (20, "epoch loss accuracy"),
    ],
)
def test_epochs_fit_the_terminal(width: int | None, titles: str, both: Path) -> None:
    """A narrow terminal is shown what was reached, and goes without speed and rate."""
    lines = detail(read_run(str(both / "adam")), Style(width))
    assert " ".join(lines[0].split()) == titles
    assert lines[3].endswith("  best")
    assert width is None or max(map(len, lines)) <= max(width, len(titles) + 20)


@pytest.mark.parametrize("width", [80, 60, 50, 40, 36])
def test_the_table_fits_the_terminal(width: int, both: Path) -> None:
    """A narrow terminal goes without columns, the measure that the runs are not judged by among the last of them."""
    runs = [read_run(str(both / "adam")), read_run(str(both / "sgd" / "05"))]
    text = render(runs, "accuracy", None, Style(width))
    assert max(map(len, text.splitlines())) <= width
    titles = text.split("\n", 1)[0].split()
    assert {"run", "accuracy"} <= set(titles)
    assert ("loss" in titles) is (width > 40)
    for run_ in runs:
        run_.recipe["monitor"] = "loss"
    assert "loss" in render(runs, "loss", None, Style(width)).split("\n", 1)[0].split()


def test_options_do_not_stand_in_for_results(tmp_path: Path) -> None:
    """Runs of unlike lengths and loss functions still tell how many epochs are done and what the loss is."""
    logged(tmp_path / "long", [0.5, 0.6], ended=None, epochs=9, loss="mse")
    logged(tmp_path / "short", [0.5, 0.7], epochs=2, loss="cross_entropy")
    titles, *rows = [line.split("  ") for line in run("runs", str(tmp_path), "-q").stdout.splitlines()[:3]]
    titles, *rows = [[cell.strip() for cell in line if cell.strip()] for line in (titles, *rows)]
    assert titles[3:8] == ["status", "loss function", "epochs", "best", "accuracy"]
    assert [row[3:9] for row in rows] == [
        ["interrupted", "mse", "2/9", "2", "60.00%", "1"],
        ["done", "cross_entropy", "2/2", "2", "70.00%", "1"],
    ]


def test_long_runs_are_cut(tmp_path: Path) -> None:
    """Of a long run the last epochs are listed, and the best one although it is older."""
    told = run("runs", str(logged(tmp_path / "long", [0.5, 0.99, *[0.7] * 28])), "--curve", "none").stdout.splitlines()
    rows = [line.split()[0] for line in told[4:] if line.split()[-1:] == ["best"] or line.split()[0].isdecimal()]
    assert rows == ["2", *[str(number) for number in range(19, 31)], "17"]
    assert told[-1] == "17 more epochs: --format csv has all"


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("path", ["adam", "sgd/05"]),
        ("begun", ["adam", "sgd/05"]),
        ("time", ["sgd/05", "adam"]),
        ("accuracy", ["adam", "sgd/05"]),
    ],
)
def test_the_order(by: str, order: list[str], both: Path) -> None:
    """Runs stand in the order that is asked for."""
    told = run("runs", str(both), "-q", "--sort", by).stdout.splitlines()[1:3]
    assert [line.split()[0] for line in told] == order


def test_json(both: Path) -> None:
    """Programs get every option, every record, and null for what is not known."""
    (both / "adam" / "run.json").write_text("{}", "utf-8")
    found = json.loads(run("runs", str(both), "--format", "json").stdout)
    assert found["schema"] == "cnninspect.runs/1"
    one, other = found["runs"]
    assert [one[key] for key in ("network", "data", "parameters", "begun", "status")] == [None, None, None, None, "?"]
    assert (other["recipe"]["lr"], other["best"]["accuracy"], other["status"]) == (0.05, 0.8, "interrupted")
    assert [record["step"] for record in one["epochs"]] == [20, 40, 60, 80]


def test_csv_and_markdown(both: Path) -> None:
    """CSV has a record for each epoch of each run, Markdown a row for each run."""
    rows = list(csv.DictReader(io.StringIO(run("runs", str(both), "--format", "csv").stdout)))
    assert [(row["run"], row["epoch"], row["best"]) for row in rows[3:5]] == [
        (str(both / "adam"), "4", "false"),
        (str(both / "sgd" / "05"), "1", "true"),
    ]
    lines = run("runs", str(both), "--format", "markdown").stdout.splitlines()
    assert len(lines) == 4
    assert lines[2].startswith("| adam   | lenet5")


def test_a_drawing(both: Path) -> None:
    """--plot writes an SVG file with a line for each run; the table is printed all the same."""
    path = both / "curves.svg"
    done = run("runs", str(both), "--plot", str(path), "--curve", "loss", "--log")
    assert done.stdout == TABLE.replace("highest accuracy: 95.00% in epoch 3", "lowest loss: 0.5 in epoch 4")
    drawn = ET.parse(path).getroot()
    lines = [one for one in drawn.iter("{http://www.w3.org/2000/svg}polyline") if one.get("stroke-width") == "2"]
    assert [len((line.get("points") or "").split()) for line in lines] == [4, 2, 2, 2]
    words = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert words[:2] == ["Loss of 2 runs", "loss"]
    assert words[-2:] == ["adam", "sgd/05"]


def test_nothing_to_draw(tmp_path: Path) -> None:
    """A run without an epoch is told as it is, and there is nothing to draw of it."""
    logged(tmp_path / "new", [])
    told = run("runs", str(tmp_path)).stdout
    assert told.splitlines()[1].split() == [
        "new",
        "lenet5",
        "digits",
        "done",
        "0/4",
        "?",
        "?",
        "?",
        "61.7K",
        "?",
        "2026-01-00",
        "10:00:00",
    ]
    assert told.endswith("\nno epoch is done yet\n")
    done = run("runs", str(tmp_path), "--plot", str(tmp_path / "x.svg"))
    assert done.returncode == 2
    assert "no run has anything to draw" in done.stderr


def test_a_log_with_numbers_that_are_none(tmp_path: Path) -> None:
    """A loss that was not finite is unknown, and left out of the curve; foreign text is made harmless."""
    path = logged(tmp_path / "bad", [0.5, 0.6])
    lines = [
        {"step": 1, "epoch": 1, "loss": None, "accuracy": "\x1b[31m"},
        {"step": 2, "epoch": "x", "loss": 1e400},
        {"step": 3, "epoch": 3, "loss": 0.25},
    ]
    (path / "metrics.jsonl").write_text("".join([json.dumps(line) + "\n" for line in lines]), "utf-8")
    done = run("runs", str(path), "--curve", "loss")
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert "Traceback" not in done.stderr


def test_where_there_is_no_run(tmp_path: Path) -> None:
    """No run, no folder and a folder without runs are told, each with what to do."""
    for arguments, told in (
        ((str(tmp_path),), f"there is no run below '{tmp_path}'"),
        ((str(tmp_path / "none"),), f"there is nothing at '{tmp_path}/none'"),
        (("--sort", "size"), "--sort has no 'size'"),
        (("--curve", "acuracy"), "--curve has no 'acuracy'\n  = help: did you mean 'accuracy'?"),
    ):
        done = run("runs", *arguments)
        assert done.returncode == 2
        assert done.stderr.startswith(f"cnninspect: {told}")


def test_runs_stay_light(both: Path) -> None:
    """A list of runs is there at once: neither torch nor anything heavy is loaded."""
    code, modules = loaded("runs", str(both))
    assert code == 0
    assert not modules & (HEAVY - {"difflib"})
