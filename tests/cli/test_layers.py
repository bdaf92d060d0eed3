"""``cnninspect layers`` lists every layer type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cnninspect.cli import run
from cnninspect.layers import load_all
from cnninspect.reports.layers import entries

if TYPE_CHECKING:
    from pathlib import Path


def test_lists_every_layer(capsys: pytest.CaptureFixture[str]) -> None:
    """Every layer type has a line with its first option and its first sentence, below its family."""
    assert run(["layers"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = [line.split() for line in out.split("\n") if line.startswith("  ")]
    assert {line[0] for line in lines} == set(load_all())
    assert "\nlinear\n  linear" in out
    assert f"\n\n{len(load_all())} layer types; cnninspect explain NAME tells more\n" in out
    assert "\x1b" not in out


def test_filter_finds_names_of_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """A filter is looked for in names, spellings of other tools and descriptions, in any case."""
    assert run(["layers", "INNERproduct"]) == 0
    assert capsys.readouterr().out == (
        "linear\n  linear  out  Combines all features of one axis with learned weights, at every position alike.\n\n"
        "1 layer type; cnninspect explain NAME tells more\n"
    )


def test_filter_that_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """A filter that matches no layer is told with exit code 2."""
    assert run(["layers", "zzz"]) == 2
    assert capsys.readouterr() == (
        "",
        "cnninspect: no layer mentions 'zzz'\n  = help: cnninspect layers lists them all\n",
    )


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    """As JSON every layer has its name, family, summary, options in order and other names."""
    assert run(["layers", "dense", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "cnninspect.layers/1"
    found = {layer["name"]: layer for layer in document["layers"]}
    assert found["linear"]["family"] == "linear"
    assert found["linear"]["options"] == [*load_all()["linear"].schema_options]
    assert "Dense" in found["linear"]["aliases"]


def test_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    """As Markdown there is a row for each layer."""
    assert run(["layers", "--format", "markdown"]) == 0
    lines = capsys.readouterr().out.rstrip("\n").split("\n")
    assert [cell.strip() for cell in lines[0].strip("|").split("|")] == ["layer", "first option", "what it is"]
    names = [line.strip("|").split("|")[0].strip().replace("\\", "") for line in lines[2:]]
    assert names == [entry.name for entry in entries()]


def test_color(capsys: pytest.CaptureFixture[str]) -> None:
    """Colour is light: names are bold and nothing else changes."""
    assert run(["layers", "linear", "--color", "always"]) == 0
    colored = capsys.readouterr().out
    run(["layers", "linear"])
    assert colored.replace("\x1b[1m", "").replace("\x1b[2m", "").replace("\x1b[0m", "") == capsys.readouterr().out
    assert "\x1b[1mlinear\x1b[0m" in colored


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--format", "jsn"], "did you mean 'json'?"), (["--color", "blue"], "it takes auto, always, never")],
)
def test_wrong_options(arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A word that an option does not know is refused with exit code 2."""
    assert run(["layers", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o the list goes to the file."""
    assert run(["layers", "-o", str(tmp_path / "layers.txt")]) == 0
    assert capsys.readouterr() == ("", "")
    run(["layers"])
    assert (tmp_path / "layers.txt").read_text("utf-8") == capsys.readouterr().out
