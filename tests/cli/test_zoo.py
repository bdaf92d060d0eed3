"""`cnninspect zoo`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path


def test_every_file_is_listed() -> None:
    """Every shipped file and variant is listed, and each has figures."""
    done = run("zoo", "--format", "json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["schema"]) == (0, "cnninspect.zoo/1")
    assert {model["file"] for model in document["models"]} == {
        path.name for path in (ROOT / "architectures").glob("*.yaml")
    }
    assert all(model["parameters"] and model["macs"] and model["input"] for model in document["models"])
    assert len({model["name"] for model in document["models"]}) == len(document["models"])


def test_record() -> None:
    """A network's record has its name, family, file, year, input and sums."""
    models = {model["name"]: model for model in json.loads(run("zoo", "vgg", "--format", "json").stdout)["models"]}
    assert "resnet50" not in models
    vgg11 = models["vgg11"]
    assert {key: vgg11[key] for key in ("family", "file", "variant", "year", "input", "parameters", "macs")} == {
        "family": "vgg16",
        "file": "vgg16.yaml",
        "variant": "vgg11",
        "year": 2014,
        "input": [3, 224, 224],
        "parameters": 132_863_336,
        "macs": 7_609_090_048,
    }


def test_names_can_be_given() -> None:
    """Each name that is listed can be given as a model."""
    names = [model["name"] for model in json.loads(run("zoo", "vgg", "--format", "json").stdout)["models"]]
    done = run("summary", *names, "--totals-only", "--format", "csv")
    assert (done.returncode, [line.split(",")[0] for line in done.stdout.split("\n")[1:-1]]) == (0, names)


def test_table_and_markdown() -> None:
    """The table has a line for each network and counts them; Markdown has the same cells."""
    lines = run("zoo", "vgg16_bn").stdout.split("\n")
    assert [line.split() for line in lines[:5]] == [
        ["family", "name", "year", "paper", "input", "parameters", "MACs", "field", "top-1"],
        [
            *["vgg16", "vgg16_bn", "2014", "1409.1556", "3x224x224", "138,365,992", "15,470,264,320", "212"],
            lines[1].split()[-1],
        ],
        [],
        ["1", "network", "in", "1", "file"],
        lines[4].split(),
    ]
    assert (
        "| vgg16  | vgg16_bn | 2014 | 1409.1556 | 3 × 224 × 224 | 138,365,992 | 15,470,264,320 |"
        in run("zoo", "vgg16_bn", "--format", "markdown").stdout
    )


def test_limits_and_order() -> None:
    """Limits are whole numbers, with K, M or G for powers of 1000; several names are added up."""
    given = ("zoo", "resnet", "vgg16_c", "--max-parameters", "133,638,952", "--max-macs", "11.770888192g")
    done = run(*given, "--sort", "macs", "--format", "json")
    assert done.returncode == 0
    found = {model["name"]: model["macs"] for model in json.loads(done.stdout)["models"]}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert (next(iter(found)), found["resnet152"], found["resnet18"]) == ("vgg16_c", 11_513_626_624, 1_814_073_344)
    assert not {"resnext101_32x8d", "wide_resnet101_2"} & set(found)
    assert run("zoo", "vgg", "--max-macs", "600,000k").stdout == "0 networks in 0 files\n"


@pytest.mark.parametrize("limit", ["", "M", "-5M", "5X", "1e6", "inf", "5 M B", "0x10", "9" * 31])
def test_what_is_no_limit(limit: str) -> None:
    """A limit that is no number is refused, with one that is."""
    done = run("zoo", f"--max-parameters={limit}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"cnninspect: --max-parameters needs a number such as 5M, got '{limit}'\n"
        "  = help: K, M and G are powers of 1000\n"
    )


def test_an_unknown_order() -> None:
    """A column that nothing is sorted by is refused, with the nearest one."""
    done = run("zoo", "--sort", "mac")
    assert (done.returncode, done.stderr) == (2, "cnninspect: --sort has no 'mac'\n  = help: did you mean 'macs'?\n")


def test_plot_in_a_pipe() -> None:
    """In a pipe the plot is drawn with plain characters; what is drawn is told among the names."""
    done = run("zoo", "--plot", "squeezenet1_1", "vgg16_c")
    assert (done.returncode, done.stdout.isascii()) == (0, True)
    assert done.stdout.startswith("parameters\n")
    assert ("o squeezenet1_1" in done.stdout, "vgg16_c o" in done.stdout, "resnet" in done.stdout) == (
        True,
        True,
        False,
    )
    accuracy = run("zoo", "alexnet", "--plot", "top1").stdout
    assert accuracy.startswith("top-1 in percent\n")
    assert "alexnet" in accuracy


def test_plot_is_no_data() -> None:
    """A plot is characters only: another format is refused."""
    done = run("zoo", "--plot", "--format", "json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == ("cnninspect: --plot draws characters, not json\n  = help: leave out --plot or --format\n")


def test_an_unknown_name(tmp_path: Path) -> None:
    """A name that nothing begins with or contains is refused, with the nearest one."""
    done = run("zoo", "vgg61", "-o", str(tmp_path / "zoo.txt"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cnninspect: zoo has no 'vgg61'\n  = help: did you mean 'vgg1")
    assert list(tmp_path.iterdir()) == []
    far = run("zoo", "nothing-like-that")
    told = "cnninspect: zoo has no 'nothing-like-that'\n  = help: cnninspect zoo lists the networks that are shipped\n"
    assert (far.returncode, far.stderr) == (2, told)
