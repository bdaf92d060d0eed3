"""``cnninspect check --baseline`` tells of networks that the lock file knows and the check did not meet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cnninspect.cli import run
from tests.cli.test_check_baseline import LOCK, MODEL, models

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two models and a lock file that knows both, which one stands in."""
    monkeypatch.chdir(tmp_path)
    for name in ("models/a.yaml", "models/deep/b.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(MODEL, "utf-8")
    assert run(["check", "-q", *LOCK, "--update-baseline"]) == 0
    return tmp_path


def unchecked(capsys: pytest.CaptureFixture[str], *words: str) -> list[tuple[str, str]]:
    """The networks that a check misses, each with the reason."""
    capsys.readouterr()
    code = run(["check", *words, *LOCK, "--format", "json", "--fail-level", "warning"])
    found = json.loads(capsys.readouterr().out)["findings"]
    told = [one for one in found if one["code"] == "baseline-unchecked"]
    assert code == int(any(one["severity"] in ("warning", "error") for one in found))
    return [(one["network"], one["message"].partition(": ")[2]) for one in told]


GONE = "its file is gone"
NO_MODEL = "its file is no model any more"
NO_VARIANT = "its file has no such variant any more"


def test_a_file_that_is_no_model_any_more(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mistyped section makes a file another one, and its networks nobody's: that is a warning where the lock knows them."""
    file = folder / "models" / "a.yaml"
    file.write_text(MODEL.replace("layers:", "Layers:"), "utf-8")
    assert run(["check", *LOCK]) == 0
    assert capsys.readouterr().out == (
        "warning[baseline-unchecked]: 'models/a.yaml' is in the baseline l.json and was not checked: its file is no model any more\n"
        " --> l.json:2:2\n"
        "  |\n"
        '2 |  "models/a.yaml": {\n'
        "  |  ^^^^^^^^^^^^^^^\n"
        "  = help: a model has layers: at its top level; what is none for good is taken out of l.json by hand\n"
        "\n"
        "warning[baseline-unchecked]: 'models/a.yaml:big' is in the baseline l.json and was not checked: its file is no model any more\n"
        "  --> l.json:10:2\n"
        "   |\n"
        '10 |  "models/a.yaml:big": {\n'
        "   |  ^^^^^^^^^^^^^^^^^^^\n"
        "   = help: a model has layers: at its top level; what is none for good is taken out of l.json by hand\n"
        "\n"
        "2 warnings in 1 file (2 models)\n"
    )
    assert run(["check", *LOCK, "--fail-level", "warning"]) == 1
    capsys.readouterr()
    assert run(["check", *LOCK, "--update-baseline"]) == 0
    out, err = capsys.readouterr()
    assert out.count("baseline-unchecked") == 2  # it stays in the lock, and stays unchecked
    assert err.endswith("cnninspect: l.json has 4 networks, nothing changed\n")


def test_a_file_that_is_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that was deleted is told until the lock is written anew."""
    (folder / "models" / "deep" / "b.yaml").unlink()
    keys = ["models/deep/b.yaml", "models/deep/b.yaml:big"]
    for words in ([], ["."], ["models"], ["models/deep"], ["models/**/*.yaml"]):
        assert unchecked(capsys, *words) == [(key, GONE) for key in keys], words
    (folder / "models" / "deep").rmdir()
    assert unchecked(capsys) == [(key, GONE) for key in keys]
    assert run(["check", *LOCK, "--update-baseline"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == ("no findings in 1 file (2 models)\n", "cnninspect: l.json has 2 networks, 2 gone\n")
    assert [*models(folder)] == ["models/a.yaml", "models/a.yaml:big"]


def test_what_was_not_to_be_checked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said of files that lie elsewhere, are left out, or would never be met."""
    assert unchecked(capsys, "models/a.yaml") == []
    assert unchecked(capsys, "models/deep") == []
    assert unchecked(capsys, "models/a*") == []
    assert unchecked(capsys, ".", "--exclude", "deep") == []
    (folder / "models" / "deep" / "b.yaml").unlink()
    assert unchecked(capsys, "models/a.yaml") == []
    assert unchecked(capsys, "models/*.yaml") == []
    assert unchecked(capsys, ".", "--exclude", "deep") == []
    assert unchecked(capsys, ".", "--exclude", "models/deep/*") == []


def test_a_variant_that_is_gone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A variant that was renamed is told; nothing is where the file has mistakes, which may hide it."""
    file = folder / "models" / "a.yaml"
    file.write_text(MODEL.replace("big", "large").replace("width: 8", "width: 9"), "utf-8")
    assert unchecked(capsys, "models/a.yaml") == [("models/a.yaml:big", NO_VARIANT)]
    file.write_text(MODEL.replace("big", "large") + "name: again\n", "utf-8")
    assert unchecked(capsys, "models/a.yaml") == []
    assert run(["check", "-q", *LOCK, "--update-baseline"]) == 1
    assert "models/a.yaml:big" in models(folder)


def test_a_file_that_cannot_be_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What could not be looked at is told as that, once."""
    (folder / "models" / "a.yaml").unlink()
    capsys.readouterr()
    assert run(["check", *LOCK, "models/a.yaml"]) == 2
    assert "baseline-unchecked" not in capsys.readouterr().out


def test_in_the_formats(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tests of JUnit have a case for each; annotations point at the line of the lock file."""
    (folder / "models" / "a.yaml").unlink()
    capsys.readouterr()
    assert run(["check", *LOCK, "--format", "junit", "--fail-level", "warning"]) == 1
    out = capsys.readouterr().out
    assert '<testsuite name="l.json" tests="2" failures="2" errors="0">' in out
    assert '<testcase name="models/a.yaml" classname="l.json">' in out
    assert run(["check", *LOCK, "--format", "github"]) == 0
    assert "::warning file=l.json,line=2,endLine=2,col=2,endColumn=17,title=" in capsys.readouterr().out
    assert run(["check", "-q", *LOCK, "--format", "junit"]) == 0
    assert '<testsuite name="l.json" tests="2" failures="0" errors="0">' in capsys.readouterr().out


def test_names_that_json_escapes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key is found however its characters are written; a lock that was made otherwise is pointed at as a whole."""
    (folder / "models" / "\u202eq.yaml").write_text(MODEL, "utf-8")
    assert run(["check", "-q", *LOCK, "--update-baseline"]) == 0
    (folder / "models" / "\u202eq.yaml").unlink()
    assert [why for _, why in unchecked(capsys)] == [GONE, GONE]
    lock = folder / "l.json"
    lock.write_text(json.dumps(json.loads(lock.read_text("utf-8"))), "utf-8")
    assert [why for _, why in unchecked(capsys)] == [GONE, GONE]
