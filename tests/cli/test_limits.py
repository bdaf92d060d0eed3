"""`cnninspect limits`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import run
from tests.reports import BROKEN, SMALL

if TYPE_CHECKING:
    from pathlib import Path

ODD = "input: [1, 9, 9]\nlayers:\n  - {relu: , name: a}\n  - max_pool: 2\n  - upsample: 2\n  - add: [a, prev]\n"


def test_vgg() -> None:
    """VGG-11 takes every size from 32; the fifth pool breaks at 31, and nothing is dropped at multiples of 32."""
    done = run("limits", "vgg11", "--axis", "together", "--from", "64", "--to", "128", "--step", "64")
    assert (done.returncode, done.stderr) == (0, "")
    assert "  height = width  every size from 32\n" in done.stdout
    assert "31 breaks at 'features.20' (vgg16.yaml:" in done.stdout
    assert "nothing is left over, height = width: multiples of 32 from 32; next to 224: 192 and 256\n" in done.stdout
    assert done.stdout.isascii()


def test_formats(tmp_path: Path) -> None:
    """JSON, CSV and Markdown go to standard output or into a file."""
    file = tmp_path / "limits.json"
    done = run("limits", "-", "--format", "json", "-o", str(file), stdin=SMALL)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert json.loads(file.read_text("utf-8"))["schema"] == "cnninspect.limits/1"
    assert run("limits", "-", "--format", "csv", stdin=SMALL).stdout.startswith("axis,size,accepted,parameters,")
    assert run("limits", "-", "--format", "markdown", stdin=SMALL).stdout.startswith("## ")


def test_a_refused_declared_input() -> None:
    """A model whose declared input is refused has findings and exit code 1, and still its limits."""
    done = run("limits", "-", stdin=ODD)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("error[shapes-disagree]")
    assert "\n1 error\n\n" in done.stdout
    assert "  height = width  multiples of 2 from 2\n" in done.stdout
    assert (
        "  refused as declared: '3' (<stdin>:6): add joins equal shapes, got (1, 9, 9) and (1, 8, 8)\n" in done.stdout
    )


def test_a_broken_model_has_no_limits() -> None:
    """A mistake that no size mends is told, and nothing else."""
    done = run("limits", "-", stdin=BROKEN)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("error[groups-do-not-divide]")
    assert done.stdout.endswith("\n1 error\n")


def test_a_broken_model_as_json() -> None:
    """JSON is written for every model that could be read, its mistakes beside it on standard error and inside."""
    done = run("limits", "-", "--format", "json", stdin=BROKEN)
    data = json.loads(done.stdout)
    assert done.returncode == 1
    assert done.stderr.startswith("error[groups-do-not-divide]")
    assert (data["refused"]["code"], [axis["smallest"] for axis in data["axes"]]) == (
        "groups-do-not-divide",
        [None] * 3,
    )
    assert [finding["code"] for finding in data["findings"]] == ["groups-do-not-divide"]


def test_quiet() -> None:
    """`-q` leaves out what the figures mean, and nothing else."""
    whole, quiet = run("limits", "-", stdin=SMALL).stdout, run("limits", "-", "-q", stdin=SMALL).stdout
    assert whole.startswith(quiet)
    assert whole[len(quiet) :].startswith("\nactivation bytes: all outputs of layers added up; ")


def test_a_vector_has_no_size() -> None:
    """A network that takes a vector has nothing to vary."""
    done = run("limits", "notes_generator")
    assert done.returncode == 0
    assert done.stdout == "notes_generator  input 100\n  the input is a vector: it has no size to vary\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--format", "xml"], "cnninspect: --format has no 'xml'"),
        (["--axis", "heigth"], "cnninspect: --axis has no 'heigth'\n  = help: did you mean 'height'?"),
        (["--axis", "depth"], "cnninspect: an input of (3, 8, 8) has no axis 'depth'"),
        (["--input-name", "left"], "cnninspect: the model has no input called 'left'"),
        (["--dtype", "float3"], "cnninspect: --dtype has no 'float3'"),
        (["--batch", "0"], "cnninspect: --batch must be at least 1, got 0"),
        (["--batch", "9007199254740993"], "cnninspect: --batch must be at most 9,007,199,254,740,992, got"),
        (["--from", "9"], "cnninspect: --from and --to belong together"),
        (["--from", "9", "--to", "3"], "cnninspect: --from 9 --to 3 is no range of sizes"),
        (["--from", "1", "--to", "9", "--step", "0"], "cnninspect: --step must be at least 1, got 0"),
        (
            ["--from", "1", "--to", "999", "--step", "1"],
            "cnninspect: --from 1 --to 999 in steps of 1 are more than 200",
        ),
    ],
)
def test_what_cannot_run(options: list[str], message: str) -> None:
    """A wrong option is exit code 2 and one sentence that says what would do."""
    done = run("limits", "-", *options, stdin=SMALL)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def test_no_such_model() -> None:
    """A model that does not exist is exit code 2."""
    done = run("limits", "vgg99")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cnninspect: there is no file and no shipped network called 'vgg99'")
