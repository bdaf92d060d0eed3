"""`cnninspect summary`, as a user runs it."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnninspect.cli.summary import DTYPES
from cnninspect.passes import cost
from tests.reports import BROKEN, SMALL

ROOT = Path(__file__).parents[2]
WARNS = SMALL.replace("{classes: 10}", "{classes: 10, unused: 1}")


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, its output piped."""
    return subprocess.run(
        [sys.executable, "-m", "cnninspect", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
    )


@pytest.fixture
def small(tmp_path: Path) -> str:
    """The path of a small network."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, "utf-8")
    return str(path)


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """The path of a network with a mistake."""
    path = tmp_path / "broken.yaml"
    path.write_text(BROKEN, "utf-8")
    return str(path)


def test_piped_output_is_plain(small: str) -> None:
    """In a pipe there are no boxes, no colour and no cut numbers; the exit code is 0."""
    done = run("summary", small)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert not set("│├└─█") & set(done.stdout)
    assert done.stdout.split("\n")[3].split() == ["stem", "conv", "4x4x4", "112", "1,728", "3,520"]


def test_standard_input() -> None:
    """The model - is read from standard input."""
    done = run("summary", "-", "--format", "json", stdin=SMALL)
    assert json.loads(done.stdout)["totals"]["parameters"] == 613


def test_a_broken_model(broken: str) -> None:
    """The table is printed as far as it is known, then the findings, and the exit code is 1."""
    done = run("summary", broken)
    assert (done.returncode, done.stderr) == (1, "")
    assert "mid ✗" in done.stdout
    assert done.stdout.index("mid ✗") < done.stdout.index("error[groups-do-not-divide]")


@pytest.mark.parametrize("kind", ["csv", "tsv", "markdown"])
def test_findings_do_not_mix_with_data(broken: str, kind: str) -> None:
    """Where the output is data, findings go to standard error."""
    done = run("summary", broken, "--format", kind)
    assert done.returncode == 1
    assert "groups-do-not-divide" in done.stderr
    assert "groups-do-not-divide" not in done.stdout


def test_warnings_alone_are_fine() -> None:
    """A warning is told on standard error and leaves the exit code 0; -q leaves it out, JSON has it inside."""
    done = run("summary", "-", stdin=WARNS)
    assert (done.returncode, "unused-param" in done.stderr, "unused-param" in done.stdout) == (0, True, False)
    assert run("summary", "-", "-q", stdin=WARNS).stderr == ""
    done = run("summary", "-", "--format", "json", stdin=WARNS)
    assert (done.stderr, [finding["code"] for finding in json.loads(done.stdout)["findings"]]) == ("", ["unused-param"])


def test_several_models(small: str, broken: str) -> None:
    """Several models are one JSON document, one CSV with a column more, or tables one after another."""
    document = json.loads(run("summary", small, broken, "--format", "json").stdout)
    assert document["schema"] == "cnninspect.summaries/1"
    assert [model["model"]["name"] for model in document["models"]] == ["small", "broken"]
    rows = list(csv.DictReader(io.StringIO(run("summary", small, broken, "--format", "csv").stdout)))
    assert [row["model"] for row in rows] == ["small"] * 13 + ["broken"] * 3
    done = run("summary", small, small, "-q")
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["model", "small", "small"], "a row a model"


def test_data_formats_keep_their_layers_when_quiet(small: str) -> None:
    """-q means the totals alone in tables, and changes nothing in data."""
    assert run("summary", small, "-q").stdout.startswith("input ")
    assert len(json.loads(run("summary", small, "-q", "--format", "json").stdout)["layers"]) == 13
    assert "layers" not in json.loads(run("summary", small, "--totals-only", "--format", "json").stdout)


def test_top_and_sort(small: str) -> None:
    """--top shows the layers with the most MACs, or the first by --sort, and counts the rest."""
    done = run("summary", small, "--top", "2", "--columns", "name,macs")
    assert done.stdout.split("\n")[2:6] == [
        "name          macs",
        "body.0.conv  2,304",
        "body.1.conv  2,304",
        "… 11 more",
    ]
    done = run("summary", small, "--top", "1", "--sort", "activation_bytes", "--format", "csv", "--columns", "name")
    assert done.stdout == "name\nstem\n"


def test_batch_and_dtype(small: str) -> None:
    """Costs grow with the batch, bytes with the data type."""
    totals = json.loads(run("summary", small, "--batch", "3", "--dtype", "float16", "--format", "json").stdout)[
        "totals"
    ]
    assert (totals["macs"], totals["weight_bytes"], totals["parameters"]) == (3 * 8660, 613 * 2, 613)


def test_dtypes_are_those_of_the_cost_pass() -> None:
    """The option takes exactly the data types whose size is known."""
    assert tuple(cost.DTYPES) == DTYPES


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--batch", "0"), "cnninspect: --batch must be at least 1, got 0\n"),
        (("--depth", "0"), "cnninspect: --depth must be at least 1, got 0\n"),
        (("--top", "-1"), "cnninspect: --top must be at least 1, got -1\n"),
        (("--batch", str(2**60)), f"cnninspect: --batch must be at most 9,007,199,254,740,992, got {2**60}\n"),
        (("--format", "jsn"), "cnninspect: --format has no 'jsn'\n  = help: did you mean 'json'?\n"),
        (("--columns", "name,mac"), "cnninspect: --columns has no 'mac'\n  = help: did you mean 'macs'?\n"),
        (("--sort", "flop"), "cnninspect: --sort has no 'flop'\n  = help: did you mean 'flops'?\n"),
        (("--units", "q"), "cnninspect: --units has no 'q'\n  = help: it takes auto, raw, k, M, G\n"),
        (("--dtype", "float23"), "cnninspect: --dtype has no 'float23'\n  = help: did you mean 'float32'?\n"),
        (("--color", "never!"), "cnninspect: --color has no 'never!'\n  = help: did you mean 'never'?\n"),
    ],
)
def test_bad_options(small: str, arguments: tuple[str, ...], message: str) -> None:
    """An option that makes no sense ends with 2 and one clear sentence, and nothing on standard output."""
    done = run("summary", small, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_a_file_is_written_whole(small: str, tmp_path: Path) -> None:
    """-o writes what would have been printed; a folder is refused."""
    target = tmp_path / "report.txt"
    done = run("summary", small, "-o", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert target.read_text("utf-8") == run("summary", small).stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.txt", "small.yaml"]
    done = run("summary", small, "-o", str(tmp_path))
    assert (done.returncode, done.stderr) == (2, f"cnninspect: '{tmp_path}' is a folder\n  = help: name a file in it\n")


@pytest.mark.skipif(not Path("/dev/null").is_char_device(), reason="this system has no devices in files")
def test_a_device_is_written_to_and_stays(small: str) -> None:
    """-o writes into a device and does not put a file in its place."""
    assert run("summary", small, "-o", "/dev/null").returncode == 0
    assert Path("/dev/null").is_char_device()


def test_colour_on_request(small: str) -> None:
    """--color always draws the terminal's table, as wide as COLUMNS says."""
    done = run("summary", small, "--color", "always", COLUMNS="90")
    assert "\x1b[1mname" in done.stdout
    assert "├─ " in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
@pytest.mark.parametrize(
    ("environment", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal(small: str, environment: dict[str, str], colored: bool) -> None:  # noqa: FBT001 - a parameter
    """At a terminal the table is a tree, in colour unless NO_COLOR or a dumb terminal forbid it."""
    import pty

    settings = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
    settings |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TERM": "xterm", "COLUMNS": "80", **environment}
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "cnninspect", "summary", small]
    with subprocess.Popen(command, stdout=follower, env=settings, cwd=ROOT) as process:
        os.close(follower)
        pieces = []
        try:
            while piece := os.read(leader, 4096):
                pieces.append(piece)
        except OSError:  # what Linux raises at the end
            pass
    os.close(leader)
    text = b"".join(pieces).decode()
    assert process.returncode == 0
    assert "├─ " in text
    assert ("\x1b[" in text) is colored


@pytest.mark.parametrize(
    ("columns", "headings"),
    [
        ("140", "model input output layers with weights parameters MACs FLOPs weight bytes"),
        ("100", "model input output layers with weights parameters MACs FLOPs"),
        ("80", "model input output parameters MACs FLOPs"),
        ("30", "model parameters MACs"),
    ],
)
def test_several_totals_in_a_narrow_terminal(columns: str, headings: str) -> None:
    """Side by side, totals that do not fit leave whole columns out; no line is broken and no number cut."""
    models = ("resnet18", "resnet50")
    done = run("summary", *models, "--totals-only", "-q", "--color", "always", COLUMNS=columns)
    lines = done.stdout.splitlines()
    assert " ".join(lines[0].split()) == headings
    assert max(map(len, lines)) <= max(int(columns), 41)
    assert "4,089,184,256" in done.stdout
