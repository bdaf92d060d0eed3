"""`cnninspect diff`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import run
from tests.reports.test_diff import GOLDEN, NEW, OLD
from tests.test_imports import OWN, loaded

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The report is that of a terminal also where the tests run in a service."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, str]:
    """The paths of a model before and after."""
    for name, text in (("old.yaml", OLD), ("new.yaml", NEW)):
        (tmp_path / name).write_text(text, "utf-8")
    return str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")


def test_two_files(pair: tuple[str, str], tmp_path: Path) -> None:
    """Two files are compared in a pipe as plain text; that they differ is no failure."""
    done = run("diff", *pair)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.replace(f"{tmp_path}/", "").split("\n")]
    assert lines == GOLDEN.split("\n")


def test_exit_codes(pair: tuple[str, str]) -> None:
    """With --exit-code a difference exits with 1; what cannot be read or understood with 2, a broken model with 1."""
    old, new = pair
    assert run("diff", old, new, "--exit-code", "-q").returncode == 1
    assert run("diff", old, old, "--exit-code", "-q").returncode == 0
    missing = run("diff", old, "nothing.yaml")
    assert missing.returncode == 2
    assert "there is no file 'nothing.yaml'" in missing.stderr
    broken = run("diff", old, "-", stdin=NEW.replace("padding: 2", "padding: -2"))
    assert broken.returncode == 1
    assert "the new model has mistakes: not compared" in broken.stdout
    assert "error[bad-value]" in broken.stdout
    one = run("diff", old)
    assert (one.returncode, one.stdout) == (2, "")
    assert "diff compares two models, got 1" in one.stderr


def test_an_output_that_cannot_be_written(pair: tuple[str, str], tmp_path: Path) -> None:
    """A file that cannot be written takes no other report with it."""
    done = run("diff", *pair, "--format", "json", "-o", f"{tmp_path}/no/a.json", "--format", "text", "-q")
    assert (done.returncode, done.stdout.count("->")) == (2, 1)
    assert done.stderr.startswith("cnninspect: cannot write ")


def test_shipped_names_and_variants() -> None:
    """Shipped networks are compared by name; a variant is that of both."""
    done = run("diff", "resnet50", "resnet101", "-q")
    assert done.stdout == "resnet101  resnet50 -> resnet101: 170 layers added\n"
    same = run(
        "diff", "resnet50", "resnet50", "--variant", "resnet18", "--set", "classes=7", "--input", "3x64x64", "-q"
    )
    assert same.stdout == "resnet18  resnet50, variant resnet18: no difference\n"


def test_json_into_a_file(pair: tuple[str, str], tmp_path: Path) -> None:
    """The document goes into a file, never over one of the models."""
    target = tmp_path / "out.json"
    assert run("diff", *pair, "--format", "json", "--batch", "2", "-o", str(target)).stdout == ""
    found = json.loads(target.read_text("utf-8"))
    assert (found["batch"], found["comparisons"][0]["status"]) == (2, "changed")
    assert run("diff", *pair, "-o", pair[0]).returncode == 2


def test_it_stays_light(pair: tuple[str, str]) -> None:
    """A comparison loads nothing heavy."""
    code, modules = loaded("diff", *pair)
    assert code == 0
    assert not modules & OWN


def test_several_formats_at_once(pair: tuple[str, str], tmp_path: Path) -> None:
    """Each -o belongs to the format before it; in GitHub's CI the comment is the summary of the job as well."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", "utf-8")
    sarif, comment = str(tmp_path / "a.sarif"), str(tmp_path / "a.md")
    formats = ("--format", "sarif", "-o", sarif, "--format", "markdown", "-o", comment, "--format", "auto")
    done = run(
        "diff",
        *pair,
        "--fail-on",
        "parameters > +1%",
        *formats,
        GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(summary),
    )
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=")
    text = (tmp_path / "a.md").read_text("utf-8")
    assert text.startswith("<!-- cnninspect-diff -->\n")
    assert summary.read_text("utf-8") == f"before\n{text}"
    assert json.loads((tmp_path / "a.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert run("diff", *pair, "--format", "text").stdout.startswith("tiny  ")
    wrong = run("diff", *pair, "--format", "sarf")
    assert wrong.returncode == 2
    assert "did you mean 'sarif'?" in wrong.stderr
