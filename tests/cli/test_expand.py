"""`cnninspect expand`, as a user runs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.test_summary import WARNS, run
from tests.reports import BROKEN, SMALL

if TYPE_CHECKING:
    from pathlib import Path


def test_prints_a_model() -> None:
    """What it prints is a model with the same summary."""
    flat = run("expand", "-", stdin=SMALL)
    assert (flat.returncode, flat.stderr) == (0, "")
    columns = ("--format", "csv", "--columns", "name,type,output,parameters,macs,weights")
    assert run("summary", "-", *columns, stdin=flat.stdout).stdout == run("summary", "-", *columns, stdin=SMALL).stdout
    assert run("expand", "-", stdin=flat.stdout).stdout == flat.stdout


def test_options_are_applied() -> None:
    """Params, variants and inputs of the command line are worked into the file."""
    text = run("expand", "-", "--set", "classes=7", "--input", "3x16x16", stdin=SMALL).stdout
    assert "input: [3, 16, 16]\n" in text
    assert "  - linear: {out: 7}\n    name: fc\n" in text
    assert run("expand", "vgg16", "--variant", "vgg11").stdout.startswith("name: vgg11\n")


def test_a_broken_model_is_not_expanded(tmp_path: Path) -> None:
    """A model with a mistake gives its findings and exit code 1, and no file."""
    done = run("expand", "-", "-o", str(tmp_path / "flat.yaml"), stdin=BROKEN)
    assert done.returncode == 1
    assert done.stdout.startswith("error[groups-do-not-divide]")
    assert list(tmp_path.iterdir()) == []


def test_warnings_do_not_mix_with_the_model() -> None:
    """A warning is told on standard error."""
    done = run("expand", "-", stdin=WARNS)
    assert (done.returncode, "unused-param" in done.stderr, "unused-param" in done.stdout) == (0, True, False)


def test_budgets_that_a_flat_file_cannot_state_are_told() -> None:
    """The limit of a block that has no scope of its own is left out, and standard error says so."""
    text = "input: [4]\nblocks: {pair: {layers: [relu, relu]}}\nlayers: [pair, tanh, pair]\nbudgets: {layers: <= 9, pair: {layers: 4}}"
    done = run("expand", "-", stdin=text)
    assert done.returncode == 0
    assert done.stdout.endswith('budgets:\n  layers: "<= 9"\n')
    assert done.stderr == "note: left out is the budget 'pair.layers 4': a flat file has no such part\n"


def test_what_cannot_be_written_flat() -> None:
    """A name that would stand for two tensors in a flat file is refused where it is given."""
    text = "input: [4, 8, 8]\nlayers: [{chunk: 2, name: h}, {concat: {a: [{relu: , name: h.1}], b: []}}]"
    done = run("expand", "-", stdin=text)
    assert done.returncode == 1
    assert "error[duplicate-name]: the name 'h.1' is taken" in done.stdout
