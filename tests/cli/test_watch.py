"""`cnninspect summary --watch`: the report again on each save, in a terminal in the same place."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from cnninspect.cli import watching
from tests.cli.test_summary import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals are others there")
MODEL = "name: first\ninput: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n"
PATIENCE = 30
"""Seconds in which a busy machine draws a report."""


class Watched:
    """The command at work, and what it has printed so far."""

    def __init__(self, folder: Path, *arguments: str, terminal: bool = False) -> None:
        command = [sys.executable, "-m", "cnninspect", "summary", "--watch", "--totals-only", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "COLUMNS": "100"}
        environment.pop("NO_COLOR", None)
        ours, theirs = os.openpty() if terminal else os.pipe()
        self.output = ours
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.text = ""

    def until(self, word: str, times: int = 1) -> None:
        """Read until a word has come so often."""
        deadline = time.monotonic() + PATIENCE
        while self.text.count(word) < times:
            assert time.monotonic() < deadline, f"no {word!r} in {self.text!r}"
            if select.select([self.output], [], [], 0.1)[0]:
                self.text += os.read(self.output, 65536).decode()

    def interrupt(self) -> int:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.output)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a model."""
    (tmp_path / "m.yaml").write_text(MODEL)
    return tmp_path


@pytest.mark.parametrize("how", ["in place", "replaced", "removed first"])
def test_on_each_save_it_is_drawn_again(folder: Path, how: str) -> None:
    """Whether an editor writes the file, puts another one in its place or removes it first, the report is drawn again."""
    watched = Watched(folder, "m.yaml")
    try:
        watched.until("224")  # parameters
        new = MODEL.replace("out: 8", "out: 16")
        if how == "in place":
            (folder / "m.yaml").write_text(new)
        else:
            (folder / "m.yaml~").write_text(new)
            if how == "removed first":
                (folder / "m.yaml").unlink()
                time.sleep(0.3)
            os.replace(folder / "m.yaml~", folder / "m.yaml")
        watched.until("448")
        assert "there is no file" not in watched.text
        assert "\x1b" not in watched.text  # no terminal: nothing is cleared
        assert watched.interrupt() == 130
        assert "Traceback" not in watched.text
    finally:
        watched.close()


def test_mistakes_are_shown_and_watching_goes_on(folder: Path) -> None:
    """A mistake is shown until it is mended, and so is a file that is gone."""
    watched = Watched(folder, "m.yaml")
    try:
        watched.until("224")
        (folder / "m.yaml").write_text(MODEL.replace("kernel", "kernl"))
        watched.until("did you mean 'kernel'?")
        (folder / "m.yaml").unlink()
        watched.until("there is no file 'm.yaml'")
        (folder / "m.yaml").write_text(MODEL.replace("out: 8", "out: 32"))
        watched.until("896")
        assert watched.interrupt() == 130
    finally:
        watched.close()


def test_what_a_model_extends_is_watched(folder: Path) -> None:
    """A file that the model extends is one of its files."""
    (folder / "heir.yaml").write_text("extends: m.yaml\nname: heir\n")
    watched = Watched(folder, "heir.yaml")
    try:
        watched.until("224")
        (folder / "m.yaml").write_text(MODEL.replace("out: 8", "out: 16"))
        watched.until("448")
    finally:
        watched.close()


def test_a_terminal_is_cleared(folder: Path) -> None:
    """In a terminal the report takes the place of the one before."""
    watched = Watched(folder, "m.yaml", terminal=True)
    try:
        watched.until("watching; Ctrl-C ends")
        (folder / "m.yaml").write_text(MODEL.replace("out: 8", "out: 16"))
        watched.until("watching; Ctrl-C ends", 2)
        assert watched.text.count(watching.CLEAR) == 2
        assert watched.text.startswith(watching.CLEAR)
        assert "448" in watched.text.rpartition(watching.CLEAR)[2]
        assert "224" not in watched.text.rpartition(watching.CLEAR)[2]
        assert watched.interrupt() == 130
        while True:
            try:
                rest = os.read(watched.output, 65536).decode()
            except OSError:  # the other end is closed
                break
            assert rest.strip() == ""
    finally:
        watched.close()


def test_a_report_in_a_file(folder: Path) -> None:
    """-o writes the file anew on each save."""
    watched = Watched(folder, "m.yaml", "--format", "csv", "-o", "out.csv")

    def wait_for(word: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not (folder / "out.csv").exists() or word not in (folder / "out.csv").read_text():
            assert time.monotonic() < deadline
            time.sleep(0.05)

    try:
        wait_for(",224,")
        (folder / "m.yaml").write_text(MODEL.replace("out: 8", "out: 16"))
        wait_for(",448,")
    finally:
        watched.close()


def test_standard_input_is_not_watched() -> None:
    """What can be read only once is not watched."""
    done = run("summary", "--watch", "-")
    assert (done.returncode, done.stderr.split("\n")[0]) == (
        2,
        "cnninspect: standard input cannot be watched: it is read once",
    )


def test_the_state_of_a_file(tmp_path: Path) -> None:
    """A file that is not there has no state; one that takes another's place has another one."""
    path = tmp_path / "x"
    assert watching.state(str(path)) is None
    assert watching.state("\0") is None
    path.write_text("a")
    first = watching.state(str(path))
    assert watching.states([str(path)]) == {str(path): first}
    (tmp_path / "y").write_text("a")
    assert first is not None
    os.utime(tmp_path / "y", ns=(first[0], first[0]))
    os.replace(tmp_path / "y", path)
    assert watching.state(str(path)) != first
