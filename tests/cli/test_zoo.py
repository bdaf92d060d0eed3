"""`cnninspect zoo`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

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
    assert [line.split() for line in lines] == [
        ["name", "family", "year", "input", "parameters", "MACs"],
        ["vgg16_bn", "vgg16", "2014", "3x224x224", "138,365,992", "15,470,264,320"],
        [],
        ["1", "network", "in", "1", "file"],
        [],
    ]
    assert (
        "| vgg16_bn | vgg16  | 2014 | 3 × 224 × 224 | 138,365,992 | 15,470,264,320 |"
        in run("zoo", "vgg16_bn", "--format", "markdown").stdout
    )


def test_an_unknown_name(tmp_path: Path) -> None:
    """A name that nothing begins with or contains is refused, with the nearest one."""
    done = run("zoo", "vgg61", "-o", str(tmp_path / "zoo.txt"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cnninspect: zoo has no 'vgg61'\n  = help: did you mean 'vgg1")
    assert list(tmp_path.iterdir()) == []
