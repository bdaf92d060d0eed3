"""``cnninspect check --fix`` mends files in place and reports what is left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.cli import run
from tests.cli.test_check import check

if TYPE_CHECKING:
    from pathlib import Path

    from cnninspect.frontends.yaml.tree import Source

WRONG = "input: [3, 6, 6]\nlayers:\n  - conv: {out: 8, kernel: 3}  # stem\n  - batch_norm\n  - relu\n"
RIGHT = WRONG.replace("3}", "3, bias: false}")
LEFT = "input: [3, 6, 6]\nlayers:\n  - conv: {out: 8, kernel: 1, padding: 1}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.yaml").write_text(WRONG, "utf-8")
    (tmp_path / "left.yaml").write_text(LEFT, "utf-8")
    (tmp_path / "other.yaml").write_text("jobs: []\n", "utf-8")
    return tmp_path


def test_fix_mends_in_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is certain is mended, comments stay, the rest is reported, and once more changes nothing."""
    assert run(["check", "--fix", "--isolated", "--fail-level", "warning"]) == 1
    out, err = capsys.readouterr()
    assert err == "cnninspect: mended in wrong.yaml: bias-before-norm\n"
    assert "padding-beyond-kernel" in out
    assert "bias-before-norm" not in out
    assert (folder / "wrong.yaml").read_text("utf-8") == RIGHT
    assert (folder / "left.yaml").read_text("utf-8") == LEFT
    assert run(["check", "--fix", "--isolated", "wrong.yaml"]) == 0
    assert capsys.readouterr().err == ""
    assert (folder / "wrong.yaml").read_text("utf-8") == RIGHT


def test_what_can_be_mended_is_counted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever checks learns that --fix would mend some of it; not what comes from standard input, not where -q asks for silence."""
    (folder / "again.yaml").write_text(WRONG, "utf-8")
    assert run(["check", "--isolated"]) == 0
    assert capsys.readouterr().err == "cnninspect: --fix mends 2 of the findings\n"
    assert run(["check", "--isolated", "-q"]) == 0
    assert run(["check", "--isolated", "left.yaml"]) == 0
    assert capsys.readouterr().err == ""


def test_standard_input_is_not_mended(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing promises to mend what has no file, and whoever asks for it is told."""
    done = check(folder, "-", "--isolated", stdin=WRONG)
    assert (done.returncode, done.stderr) == (0, "")
    assert "bias-before-norm" in done.stdout
    for words in (["-"], ["wrong.yaml", "-"]):
        assert run(["check", "--fix", "--isolated", *words]) == 2
        assert capsys.readouterr() == (
            "",
            "cnninspect: --fix cannot mend standard input\n  = help: name the file instead of '-'\n",
        )
    assert (folder / "wrong.yaml").read_text("utf-8") == WRONG


def test_only_what_is_selected_is_mended(folder: Path) -> None:
    """A rule that is not wanted mends nothing."""
    assert run(["check", "--fix", "--isolated", "--ignore", "bias-before-norm", "wrong.yaml"]) == 0
    assert (folder / "wrong.yaml").read_text("utf-8") == WRONG


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["\ufeff", ""])
def test_marks_and_line_ends_stay(folder: Path, mark: str, ending: str) -> None:
    """A byte-order mark and the file's line ends are kept."""
    (folder / "wrong.yaml").write_bytes((mark + WRONG).replace("\n", ending).encode())
    assert run(["check", "--fix", "--isolated", "wrong.yaml"]) == 0
    assert (folder / "wrong.yaml").read_bytes() == (mark + RIGHT).replace("\n", ending).encode()


def test_a_file_that_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be written is told, exit code 2, and the file is as it was."""

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert run(["check", "--fix", "--isolated", "wrong.yaml"]) == 2
    assert "cnninspect: cannot write 'wrong.yaml': no space left on device\n" in capsys.readouterr().err
    assert (folder / "wrong.yaml").read_text("utf-8") == WRONG
    assert sorted(path.name for path in folder.iterdir()) == ["left.yaml", "other.yaml", "wrong.yaml"]


def test_what_is_no_file_is_left(folder: Path) -> None:
    """Standard input, shipped networks, and texts that cannot be read are not mended."""
    (folder / "latin.yaml").write_bytes(b"layers: \xff\n")
    assert api.fix(["keras_resnet50", "latin.yaml", "other.yaml"]) == ([], [])


def test_an_extended_file_is_left(folder: Path) -> None:
    """A finding in a file that is extended is mended in that file, not through those that extend it."""
    (folder / "own.yaml").write_text("extends: wrong.yaml\nname: own\n", "utf-8")
    assert api.fix(["own.yaml"]) == ([], [])
    mended, _ = api.fix(["."])
    assert [one.path for one in mended] == ["wrong.yaml"]


def test_files_that_go_away_meanwhile(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is gone when its turn comes, as one that extends another, stops nothing."""
    child = folder / "own.yaml"

    def goes(source: Source, _: object) -> bool:
        if source.name == "own.yaml":
            child.unlink()
        return True

    child.write_text("extends: wrong.yaml\nname: own\n", "utf-8")
    monkeypatch.setattr("cnninspect.api.fixing.is_model", goes)
    mended, troubles = api.fix(["."])
    assert [one.path for one in mended] == ["wrong.yaml"]
    assert [one.message for one in troubles] == ["cannot write 'own.yaml': no such file or directory"]
    (folder / "wrong.yaml").write_text(WRONG, "utf-8")
    real = os.path.realpath("wrong.yaml")
    monkeypatch.setattr("cnninspect.api.fixing._readers", lambda *_: {real: ["own.yaml"]})
    mended, _ = api.fix(["wrong.yaml"])
    assert [one.path for one in mended] == ["wrong.yaml"]
