"""What no report is written over: configurations, lock files, and what the report was made from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cnninspect.checks.lock import SCHEMA
from cnninspect.cli import run
from cnninspect.cli.common import Stop
from cnninspect.cli.output import CONFIGURATIONS, LOCK, emit
from cnninspect.frontends.config.search import OWN, SHARED

MODEL = "input: [3, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 3}\n"
FILES = {
    "a.yaml": MODEL,
    "b.yaml": "extends: a.yaml\nname: b\n",
    "cnninspect.toml": 'select = ["unused"]\n',
    "mine.toml": 'select = ["unused"]\n',
    "package.json": '{"name": "web", "version": "1.0.0"}\n',
    "NOTES.md": "# Notes\n",
    "list.json": "[1, 2]\n",
}
JSON = ["--format", "json", "-o"]
UPDATE = ["--update-baseline", "--baseline"]
LOST = "it would be lost\n  = help: name another file\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with models, a configuration, a lock file and files of other tools, which one stands in."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text, "utf-8")
    assert run(["check", "-q", *UPDATE, "l.json"]) == 0
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What is said of a command that writes nothing."""
    before = {one.name: one.read_bytes() for one in Path().iterdir()}
    capsys.readouterr()
    assert run(list(words)) == 2
    assert {one.name: one.read_bytes() for one in Path().iterdir()} == before
    out, err = capsys.readouterr()
    assert out == ""
    return err


@pytest.mark.parametrize("file", ["cnninspect.toml", "package.json", "NOTES.md", "list.json", "a.yaml"])
@pytest.mark.parametrize("update", [True, False])
def test_a_baseline_is_a_lock_file(file: str, *, update: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Any other file cannot be a baseline, and is not made one; nobody is told to write it anew."""
    err = refused(capsys, "check", "-q", *(UPDATE if update else UPDATE[1:]), file)
    assert err.startswith(f"cnninspect: '{file}' cannot be used as a baseline: ")
    assert err.endswith(
        "help: this is no lock file, and is never written over: name another file, such as cnninspect.lock.json\n"
    )
    assert err.count("\n") == 2


@pytest.mark.parametrize("cut", [0, 1, 30, 150, -20, None])
def test_what_becomes_a_lock_file_again(cut: int | None, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty file, a lock of another version and one that was cut off are written anew."""
    text = Path("l.json").read_text("utf-8")
    broken = text.replace("lock/1", "lock/99") if cut is None else text[:cut]
    Path("l.json").write_text(broken, "utf-8")
    assert "update-baseline writes it" in refused(capsys, "check", "--baseline", "l.json")
    assert run(["check", "-q", *UPDATE, "l.json"]) == 0
    assert Path("l.json").read_text("utf-8") == text


def test_a_configuration_is_no_report(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the one in use, wherever it lies and whatever it is called, nor one that another run goes by."""
    assert (
        refused(capsys, "check", *JSON, "cnninspect.toml")
        == f"cnninspect: 'cnninspect.toml' is the configuration: {LOST}"
    )
    err = refused(capsys, "check", "--config", "mine.toml", *JSON, "mine.toml")
    assert err == f"cnninspect: 'mine.toml' is the configuration: {LOST}"
    Path("pyproject.toml").write_text("[project]\nname = 'x'\n", "utf-8")
    for command in (["summary", "a.yaml"], ["diff", "a.yaml", "b.yaml"], ["rf", "a.yaml"], ["schema"], ["layers"]):
        for name in ("cnninspect.toml", "pyproject.toml"):
            words = command if command == ["schema"] else [*command, "--format", "json"]
            assert refused(capsys, *words, "-o", name) == f"cnninspect: '{name}' is a configuration: {LOST}"
    (folder / "inner").mkdir()
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder / "inner")
    os.symlink(folder / "cnninspect.toml", "link.json")
    for name in ("../cnninspect.toml", "link.json"):
        assert run(["check", "../a.yaml", *JSON, name]) == 2
        assert "is the configuration: it would be lost" in capsys.readouterr().err
    assert (folder / "cnninspect.toml").read_text("utf-8") == FILES["cnninspect.toml"]
    assert run(["check", "../a.yaml", *JSON, "cnninspect.toml"]) == 0  # where there is none yet


def test_a_lock_file_is_no_report(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither the one that models are held against, also before it is there, nor any other."""
    for words in (["--baseline", "l.json"], [*UPDATE, "l.json"]):
        assert refused(capsys, "check", *words, *JSON, "l.json") == f"cnninspect: 'l.json' is the lock file: {LOST}"
    assert refused(capsys, "check", *UPDATE, "new.json", *JSON, "new.json").startswith(
        "cnninspect: 'new.json' is the lock"
    )
    for command in (
        ["check"],
        ["summary", "a.yaml"],
        ["diff", "a.yaml", "b.yaml"],
        ["export", "a.yaml", "--to", "dot"],
    ):
        words = command if command[0] == "export" else [*command, "--format", "json"]
        assert refused(capsys, *words, "-o", "l.json") == f"cnninspect: 'l.json' is a lock file: {LOST}"


def test_a_model_is_no_report(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is what it extends, in check, which may not look at it."""
    for words in (["check", "b.yaml"], ["check", "--fix"]):
        assert (
            refused(capsys, *words, *JSON, "a.yaml") == f"cnninspect: 'a.yaml' is a YAML file, and no report is: {LOST}"
        )
    assert refused(capsys, "summary", "b.yaml", "-o", "a.yaml") == f"cnninspect: 'a.yaml' is the model itself: {LOST}"
    Path("c.yaml").write_text("name: c\nlayers: [relu]\n", "utf-8")
    for words in (["summary", "b.yaml"], ["diff", "a.yaml", "b.yaml"], ["export", "b.yaml", "--to", "dot"]):
        assert refused(capsys, *words, "-o", "c.yaml") == f"cnninspect: 'c.yaml' is a model: {LOST}"
    Path("w.pt").write_bytes(b"weights")
    with pytest.raises(Stop):
        emit("{}", "w.pt", [None, "./w.pt"])
    assert capsys.readouterr().err == f"cnninspect: 'w.pt' is read by this command: {LOST}"
    assert Path("w.pt").read_bytes() == b"weights"


def test_reports_are_written_over(capsys: pytest.CaptureFixture[str]) -> None:
    """What a report was written into is written anew, and any other file that somebody names."""
    for _ in range(2):
        assert run(["check", *JSON, "report.json"]) == 0
        assert run(["check", "--format", "text", "-o", "NOTES.md"]) == 0
        assert run(["expand", "b.yaml", "-o", "flat.yaml"]) == 0
        assert run(["summary", "b.yaml", "-o", "report.yaml"]) == 0
    assert capsys.readouterr() == ("", "")


def test_names() -> None:
    """What is told by its name or its end is called that where it is read and written."""
    assert (OWN, SHARED) == CONFIGURATIONS
    assert f'"{SCHEMA}"'.encode().startswith(LOCK)
