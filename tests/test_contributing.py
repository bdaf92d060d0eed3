"""What CONTRIBUTING.md says is so: its example works, its paths exist, its commands are those of the full check."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cnninspect.layers.base import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cnninspect.layers.base import Layer

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PROSE, FENCED = TEXT.split("```")[::2], TEXT.split("```")[1::2]
CODE = {part.partition("\n")[0]: part.partition("\n")[2] for part in FENCED}
"""The fenced blocks by their language: one of each."""
WORDS = [word for part in PROSE for word in part.split("`")[1::2]]
"""What the prose sets as code."""
MODEL = "input: [6, 4, 5]\nlayers:\n  - mix: {out: 8, groups: 2}\n  - relu\n  - mix: 3\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example, kept as the text says, beside a model that uses it."""
    assert "kept as `mixing.py`" in TEXT
    assert "--plugin mixing`" in TEXT
    (tmp_path / "mixing.py").write_text(CODE["python"], "utf-8")
    (tmp_path / "model.yaml").write_text(MODEL, "utf-8")
    return tmp_path


@pytest.fixture
def mix(folder: Path) -> Iterator[type[Layer]]:
    """The example's class, registered while a test runs."""
    spec = spec_from_file_location("mixing", folder / "mixing.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module.Mix
    del REGISTRY["mix"]


def test_there_is_one_block_of_each_language() -> None:
    """The text has a shell block, the rooms, a layer in Python and a design rule, which the tests below read."""
    languages = [part.partition("\n")[0] for part in FENCED]
    assert len(languages) == len(set(languages))
    assert {"sh", "", "python", "py"} <= set(languages)


def test_the_example_is_a_design_rule() -> None:
    """The rule finds a bias before batch norm, at the option, with an edit that removes it, and nothing else."""
    from cnninspect import api
    from cnninspect.checks.subject import Subject

    rule: dict[str, Any] = {}
    exec(CODE["py"], rule)
    text = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 1, bias: true}\n  - batch_norm\n  - relu\n"
    (found,) = rule["check"](Subject(api.read("model.yaml", text=text)))
    assert (found.message, found.span.line, found.span.column) == ("'1' subtracts it", 3, 37)
    assert [edit.text for edit in found.edits] == ["false"]
    assert [*rule["check"](Subject(api.read("model.yaml", text=text.replace("true", "false"))))] == []


def summary(folder: Path, model: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cnninspect", "summary", model, "--plugin", "mixing", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=environment, check=False)


def test_the_example_is_a_layer(folder: Path) -> None:
    """The example works as a plugin, and its figures are those that a hand derives.

    The first: 8 × 6/2 weights and 8 biases, 8·4·5 positions of 3 products each; the second: 3 × 8 and 3, 3·4·5 of 8.
    """
    done = summary(folder, "model.yaml", "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)["layers"]
    assert [row["output_shape"] for row in rows] == [[8, 4, 5], [8, 4, 5], [3, 4, 5]]
    assert [row["parameters"] for row in rows] == [8 * 3 + 8, 0, 3 * 8 + 3]
    assert [row["macs"] for row in rows] == [8 * 20 * 3, 0, 3 * 20 * 8]
    assert [row["flops"] for row in rows] == [2 * 480 + 160, 160, 2 * 480 + 60]


def test_the_example_refuses(folder: Path) -> None:
    """What the example checks is told at the option that it names."""
    (folder / "bad.yaml").write_text("input: [6, 4, 5]\nlayers:\n  - mix: {out: 8, groups: 4}\n")
    done = summary(folder, "bad.yaml")
    assert done.returncode == 1
    assert (
        "error[groups-do-not-divide]: 6 channels do not split into 4 equal groups\n --> bad.yaml:3:27\n" in done.stdout
    )
    assert "= help: use a divisor of 6\n" in done.stdout


OPTIONS: list[tuple[dict[str, object], tuple[int, ...], bool]] = [
    ({"out": 16}, (8, 5), True),
    ({"out": 16}, (8, 5, 6), True),
    ({"out": 16, "groups": 4}, (8, 5, 6), True),
    ({"out": 6, "groups": 3}, (9, 2, 3, 4), True),
    ({"out": 6, "groups": 4}, (8, 5, 6), False),
    ({"out": 8, "groups": 4}, (6, 5, 6), False),
    ({"out": 8}, (6, 5, 6), True),
]


@pytest.mark.parametrize(("options", "shape", "accepted"), OPTIONS)
def test_the_example_agrees_with_torch(
    mix: type[Layer], options: dict[str, object], shape: tuple[int, ...], *, accepted: bool
) -> None:
    """Shape, weights by name, MACs and refusals of the example are torch's."""
    pytest.importorskip("torch")
    from tests.support.oracle import agree

    assert agree(mix, options, (shape,)) is accepted


def paths() -> list[str]:
    """The files and folders that the text names: words with a slash or an ending, and the rooms."""
    named = [word for word in WORDS if " " not in word and ("/" in word or word.endswith((".py", ".md", ".txt")))]
    rooms = [f"cnninspect/{line.split()[0]}" for line in CODE[""].splitlines()]
    return sorted({*named, *rooms} - {"mixing.py"})


@pytest.mark.parametrize("path", paths())
def test_every_path_exists(path: str) -> None:
    """A path that the text names is there, in the repository or in the package; NAME stands for some name."""
    pattern = path.replace("NAME", "*").rstrip("/")
    assert [*ROOT.glob(pattern), *(ROOT / "cnninspect").glob(pattern)]


def test_every_stage_exists() -> None:
    """The stages from a file to a graph are modules of the front end, each named as the text names it."""
    (stages,) = [part for text in PROSE for part in text.split("\n\n") if part.startswith("How a file becomes a graph")]
    named = stages.split("`")[1::2]
    folder = ROOT / "cnninspect" / named[0]
    assert len(named) > 15
    assert [name for name in named[1:] if not (folder / f"{name}.py").is_file()] == []


def commands(text: str) -> list[list[str]]:
    """The commands of a shell text as words, without where a virtual environment lies and how Python is started."""
    found = []
    for line in text.replace("&&", "\n").splitlines():
        words = [word.removeprefix("$venv/bin/") for word in shlex.split(line, comments=True)]
        if words[:2] == ["python", "-m"]:
            words = words[2:]
        found.append(words)
    return [words for words in found if words]


def test_commands_are_those_of_the_full_check() -> None:
    """Whoever follows the shell block runs what .ci/run runs, in an environment of the same making."""
    full = commands((ROOT / ".ci" / "run").read_text("utf-8"))
    created, activated, installed, tested = commands(CODE["sh"])
    place = created[-1]
    assert [*created[:-1], "$venv"] in full
    assert activated == [".", f"{place}/bin/activate"]
    (install,) = [words for words in full if words[:2] == ["pip", "install"]]
    assert [word for word in install if word in installed] == installed
    assert tested == ["pytest"]
    (test,) = [words for words in full if words[0] == "pytest"]
    assert all(word.startswith("-") or word.isdecimal() for word in test[1:]), "no test is chosen"


@pytest.mark.parametrize("command", ["ruff check", "mypy"])
def test_checks_that_are_named_are_run(command: str) -> None:
    """The checks that the text promises of .ci/run are in it."""
    assert command in WORDS
    full = commands((ROOT / ".ci" / "run").read_text("utf-8"))
    assert [words for words in full if words[: len(command.split())] == command.split()]
