"""`cnninspect check`, as a user and as a CI job run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_summary import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n"
BAD = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, bais: false}\n"
WARNS = "input: [3, 8, 8]\nparams: {width: 8, spare: 1}\nlayers:\n  - conv: {out: $width, kernel: 3}\n"
VARIANTS = """\
name: family
input: [3, 8, 8]
params: {width: 8, groups: 1}
variants:
  wide: {width: 16}
  odd: {width: 9, groups: 4}
  even: {width: 10, groups: 4}
layers:
  - conv: {out: $width, kernel: 3}
  - conv: {out: 8, kernel: 3, groups: $groups}
  - conv: {out: 4, kernel: 9}
"""


def check(folder: Path, *arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, its output piped."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("GITHUB_", "GITLAB_", "CI"))}
    return subprocess.run(
        [sys.executable, "-m", "cnninspect", "check", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**plain, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
    )


def write(folder: Path, **files: str) -> None:
    """Files of those stems."""
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, "utf-8")


def last(done: subprocess.CompletedProcess[str]) -> str:
    """The last line of what was printed."""
    return done.stdout.rstrip("\n").rpartition("\n")[2]


def test_a_folder(tmp_path: Path) -> None:
    """Every model of the current folder is checked, other YAML is left alone, and the last line counts."""
    write(tmp_path, good=GOOD, bad=BAD, warns=WARNS, compose="services: {}\n")
    done = check(tmp_path)
    assert done.returncode == 1
    assert last(done) == "1 error, 1 warning in 3 files (3 models)"
    assert done.stdout.startswith("error[unknown-option]: conv has no option 'bais'\n --> bad.yaml:3:31\n")
    assert done.stderr == ""
    assert "1 other YAML file left alone" in check(tmp_path, "-v").stderr


def test_nothing_wrong(tmp_path: Path) -> None:
    """A clean tree exits 0 and says what was looked at."""
    write(tmp_path, good=GOOD)
    done = check(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "no findings in 1 file (1 model)\n", "")


@pytest.mark.parametrize(
    ("text", "level", "code"),
    [
        (GOOD, "note", 0),
        (WARNS, "error", 0),
        (WARNS, "warning", 1),
        (WARNS, "note", 1),
        (BAD, "error", 1),
        (BAD, "note", 1),
    ],
)
def test_what_makes_it_fail(tmp_path: Path, text: str, level: str, code: int) -> None:
    """Findings as bad as the level, or worse, exit 1; with --exit-zero nothing that is found does."""
    write(tmp_path, model=text)
    assert check(tmp_path, "--fail-level", level).returncode == code
    assert check(tmp_path, "--fail-level", level, "--exit-zero").returncode == 0


def test_every_variant(tmp_path: Path) -> None:
    """Every variant is checked; what several have is told once, with their names."""
    write(tmp_path, family=VARIANTS)
    done = check(tmp_path, "--format", "json")
    document = json.loads(done.stdout)
    assert [(m["name"], m["variant"], m["errors"]) for m in document["files"][0]["models"]] == [
        ("family", None, 1),
        ("wide", "wide", 1),
        ("odd", "odd", 1),
        ("even", "even", 1),
    ]
    assert [(f["code"], f["message"], f["models"]) for f in document["findings"]] == [
        ("groups-do-not-divide", "9 input channels do not split into 4 equal groups", ["odd"]),
        ("groups-do-not-divide", "10 input channels do not split into 4 equal groups", ["even"]),
        ("size-reached-zero", "a 9x9 window does not fit on a 4x4 map", ["family", "wide"]),
    ]
    assert document["summary"] == {
        "failed": True,
        "errors": 3,
        "warnings": 0,
        "notes": 0,
        "files": 1,
        "models": 4,
        "other_files": 0,
        "cannot_run": 0,
    }
    assert document["statistics"] == {"groups-do-not-divide": 2, "size-reached-zero": 1}
    text = check(tmp_path).stdout
    assert "= note: in family, wide: 2 of 4 models of the file\n" in text
    assert "= note: in odd: 1 of 4 models of the file\n" in text


def test_what_all_variants_have(tmp_path: Path) -> None:
    """A finding of every model of a file says so instead of listing them."""
    write(tmp_path, family=WARNS + "variants: {wide: {width: 16}}\n")
    assert "= note: in all 2 models of the file\n" in check(tmp_path).stdout


def test_what_several_files_extend(tmp_path: Path) -> None:
    """A mistake in a file that others extend is told once, with every model that has it."""
    write(tmp_path, base=BAD, one="extends: base.yaml\nname: one\n", two="extends: base.yaml\nname: two\n")
    document = json.loads(check(tmp_path, "--format", "json").stdout)
    assert [(f["file"], f["models"]) for f in document["findings"]] == [("base.yaml", ["base", "one", "two"])]
    assert document["summary"]["errors"] == 1


def test_what_cannot_be_read(tmp_path: Path) -> None:
    """A missing file exits 2 and is told on stderr; all others are checked all the same, also with --exit-zero."""
    write(tmp_path, bad=BAD)
    for more in ((), ("--exit-zero",)):
        done = check(tmp_path, "lost.yaml", "bad.yaml", *more)
        assert done.returncode == 2
        assert done.stderr == "cnninspect: there is no file 'lost.yaml'\n"
        assert last(done) == "1 error in 1 file (1 model)"
    document = json.loads(check(tmp_path, "lost.yaml", "bad.yaml", "--format", "json").stdout)
    assert document["cannot_run"] == [
        {"file": "lost.yaml", "code": "file-not-found", "message": "there is no file 'lost.yaml'", "help": ""}
    ]


def test_a_file_that_is_named_is_a_model(tmp_path: Path) -> None:
    """A file that was named is checked whatever stands in it."""
    write(tmp_path, compose="services: {}\n")
    done = check(tmp_path, "compose.yaml")
    assert done.returncode == 1
    assert "error[unknown-section]: 'services' is not a section of a model\n" in done.stdout


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("input: [3, 8, 8]\nlayers: [relu]\n".encode("utf-16"), "1 error in 2 files (2 models)"),
        (b"layers:\n  - \xff\n", "1 error in 2 files (2 models)"),
        (b"\xff\xfe\0", "no findings in 1 file (1 model)"),  # nothing says that it was meant as a model
        (b"", "no findings in 1 file (1 model)"),
        (b"input: [3, 8, 8]\nlayers: []\n", "1 error in 2 files (2 models)"),
        (b"layers: [[[\n", "1 error in 2 files (2 models)"),
    ],
    ids=["utf-16", "not-utf-8", "binary", "empty", "no-layers", "unclosed"],
)
def test_files_that_are_no_text(tmp_path: Path, data: bytes, line: str) -> None:
    """A file that cannot be read as a model is a finding where it was meant as one; the others are checked."""
    write(tmp_path, good=GOOD)
    (tmp_path / "broken.yaml").write_bytes(data)
    assert last(check(tmp_path)) == line


def test_standard_input_and_shipped_networks(tmp_path: Path) -> None:
    """``-`` is a model, and so is the name of a shipped network: with its variants, or one of them."""
    done = check(tmp_path, "-", "alexnet", "resnet18", stdin=BAD)
    assert done.returncode == 1
    assert " --> <stdin>:3:31\n" in done.stdout
    assert last(done).startswith("1 error in 3 files (")
    assert last(check(tmp_path, "resnet18")) == "no findings in 1 file (1 model)"


def test_patterns_and_exclusion(tmp_path: Path) -> None:
    """Quoted patterns are expanded, and --exclude leaves out what it names."""
    (tmp_path / "old").mkdir()
    write(tmp_path, good=GOOD)
    write(tmp_path / "old", bad=BAD)
    assert last(check(tmp_path, "**/*.yaml")) == "1 error in 2 files (2 models)"
    assert last(check(tmp_path, "--exclude", "old")) == "no findings in 1 file (1 model)"
    done = check(tmp_path, "lost/*.yaml")
    assert (done.returncode, done.stderr.split("\n")[0]) == (2, "cnninspect: no YAML file matches 'lost/*.yaml'")


def test_a_tree_without_models(tmp_path: Path) -> None:
    """Where there is no model that is said: a check of nothing should not pass for one that was passed."""
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (0, "no findings in 0 files (0 models)\n")
    assert done.stderr == "cnninspect: there is no model in .; a model has layers: at its top level\n"


def test_quiet(tmp_path: Path) -> None:
    """-q prints what makes it fail and nothing else: nothing at all where nothing does."""
    write(tmp_path, warns=WARNS)
    assert check(tmp_path, "-q").stdout == ""
    write(tmp_path, bad=BAD)
    done = check(tmp_path, "-q")
    assert "unknown-option" in done.stdout
    assert "unused-param" not in done.stdout
    assert "files" not in done.stdout


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    """-o writes the report to a file and never over a model."""
    write(tmp_path, bad=BAD)
    done = check(tmp_path, "--format", "json", "-o", "report.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert json.loads((tmp_path / "report.json").read_text())["summary"]["errors"] == 1
    assert check(tmp_path, "-o", "bad.yaml").returncode == 2
    assert (tmp_path / "bad.yaml").read_text() == BAD


def test_wrong_words(tmp_path: Path) -> None:
    """A format or level that does not exist is refused with the nearest one."""
    done = check(tmp_path, "--format", "jsom")
    assert (done.returncode, done.stderr) == (
        2,
        "cnninspect: --format has no 'jsom'\n  = help: did you mean 'json'?\n",
    )
    assert check(tmp_path, "--fail-level", "fatal").returncode == 2


def test_colour(tmp_path: Path) -> None:
    """Colour is for those who ask for it."""
    write(tmp_path, bad=BAD)
    assert "\x1b[" in check(tmp_path, "--color", "always").stdout
    assert "\x1b[" not in check(tmp_path).stdout


def test_a_mistake_of_ours_stops_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the program itself fails at a file, that file is named and the others are checked."""
    from cnninspect import api
    from cnninspect.api import checking_file
    from cnninspect.frontends import discover

    write(tmp_path, a=GOOD, b=GOOD)
    real = discover.is_model

    def broken(source: object, opener: object) -> bool:
        if "a.yaml" in source.name:  # type: ignore[attr-defined]
            raise RecursionError("too deep")
        return real(source, opener)  # type: ignore[arg-type]

    monkeypatch.setattr(checking_file, "is_model", broken)
    checked = api.check([str(tmp_path)])
    assert len(checked.files) == 1
    (trouble,) = checked.troubles
    assert trouble.problem.message.endswith("this is a mistake of cnninspect itself: RecursionError: too deep")
