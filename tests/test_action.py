"""The action for GitHub: its steps are scripts, which run here as a runner would run them, with a recording ``gh``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from cnninspect.reports.diff_markdown import MARKER
from tests.support.repositories import ALONE, Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
MODEL = """name: tiny
input: [3, 8, 8]
layers:
  - conv: {out: WIDTH, kernel: 3}
  - relu
  - flatten
  - linear: 10
"""
GH = """#!PYTHON
import json, os, sys
with open(os.environ["GH_CALLS"], "a") as file:
    body = [word[6:] for word in sys.argv if word.startswith("body=@")]
    print(json.dumps([sys.argv[1:], open(body[0]).read() if body else None]), file=file)
if "--jq" in sys.argv:
    print(os.environ.get("GH_FOUND", ""))
sys.exit(any(word in os.environ.get("GH_REFUSES", "nothing").split() for word in sys.argv))
"""


class Runner:
    """What a runner of GitHub gives a step: a workspace, variables, programs on the path."""

    def __init__(self, tmp_path: Path) -> None:
        self.folder = tmp_path / "work space"
        self.folder.mkdir()
        self.temporary = tmp_path / "temp"
        self.temporary.mkdir()
        binaries = tmp_path / "bin"
        binaries.mkdir()
        self.program(binaries / "cnninspect", f'#!/bin/sh\nexec "{sys.executable}" -m cnninspect "$@"\n')
        self.program(binaries / "gh", GH.replace("PYTHON", sys.executable))
        self.summary, self.calls = tmp_path / "summary.md", tmp_path / "calls"
        self.summary.touch()  # GitHub makes it
        self.binaries = binaries
        self.environment = {
            **ALONE,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_WORKSPACE": str(self.folder),
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_REPOSITORY": "owner/name",
            "RUNNER_TEMP": str(self.temporary),
            "PULL_REQUEST": "17",
            "EVENT_BASE": "0" * 40,
            "EVENT_HEAD": "0" * 40,
            "GH_CALLS": str(self.calls),
            "GH_TOKEN": "token",
        }

    @staticmethod
    def program(path: Path, text: str) -> None:
        path.write_text(text, "utf-8")
        path.chmod(0o755)

    def run(self, script: str, inputs: Mapping[str, str], **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script of a step with its inputs; those that are not given are empty, as the action declares."""
        given = {
            name: value for step in STEPS for name, value in step.get("env", {}).items() if name.startswith("INPUT_")
        }
        environment = {**self.environment, **dict.fromkeys(given, ""), **inputs, **variables}
        return subprocess.run(
            ["bash", str(ROOT / ".ci" / "action" / script)],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def gh(self) -> list[tuple[list[str], str | None]]:
        """What ``gh`` was called with, and the body that it was to send."""
        lines = self.calls.read_text("utf-8").splitlines() if self.calls.exists() else []
        return [(words, body) for words, body in map(json.loads, lines)]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


# --- what the action declares ----------------------------------------------------------------


def test_inputs_reach_the_scripts() -> None:
    """Every input is described and has a default, and every step gives its script what it reads."""
    assert all(part["description"] and "default" in part for part in ACTION["inputs"].values())
    written = (ROOT / "action.yml").read_text("utf-8")
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in written] == []
    for step in STEPS:
        if "run" in step:
            assert step["shell"] == "bash"
            script = step["run"].removeprefix('bash "$GITHUB_ACTION_PATH/').removesuffix('"')
            text = (ROOT / script).read_text("utf-8")
            assert [name for name in step.get("env", {}) if name != "GH_TOKEN" and f"${name}" not in text] == []
            assert os.access(ROOT / script, os.X_OK)


def test_nothing_foreign_is_pasted_into_a_script() -> None:
    """Inputs and what an event says reach scripts as variables only: text that is pasted could run."""
    assert [step["run"] for step in STEPS if "${{" in step.get("run", "")] == []


def test_scripts_are_sound() -> None:
    """Every script is one that bash understands, and stops at the first mistake."""
    for name in ("install", "check", "comment"):
        path = ROOT / ".ci" / "action" / name
        subprocess.run(["bash", "-n", str(path)], check=True)
        assert "set -euo pipefail" in path.read_text("utf-8")


# --- installing ------------------------------------------------------------------------------


def test_installs_this_revision(runner: Runner, tmp_path: Path) -> None:
    """The action installs itself, without torch, into an environment of its own that later steps find."""
    path = tmp_path / "path"
    runner.program(
        runner.binaries / "python",
        '#!/bin/sh\nmkdir -p "$3/bin"\nprintf \'#!/bin/sh\\necho "$@"\\n\' > "$3/bin/python"\nchmod +x "$3/bin/python"\n',
    )
    done = runner.run("install", {}, GITHUB_PATH=str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"-m pip install --quiet --disable-pip-version-check {ROOT}\n"
    assert path.read_text("utf-8") == f"{runner.temporary}/cnninspect/bin\n"


# --- checking --------------------------------------------------------------------------------


def test_annotates_the_lines(runner: Runner) -> None:
    """A mistake is an annotation on its line and a part of the summary of the job; the step fails."""
    (runner.folder / "model.yaml").write_text(MODEL.replace("WIDTH", "0"), "utf-8")
    done = runner.run("check", {})
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=model.yaml,line=4,endLine=4,col=17,endColumn=18,title=cnninspect%3A ")
    assert "model.yaml" in runner.summary.read_text("utf-8")


def test_takes_budgets_and_paths_line_by_line(runner: Runner) -> None:
    """Budgets and paths are one a line, blanks and all; what is not among the paths is not looked at."""
    (runner.folder / "broken.yaml").write_text("layers: [}", "utf-8")
    inside = runner.folder / "my models"
    inside.mkdir()
    (inside / "model.yaml").write_text(MODEL.replace("WIDTH", "8"), "utf-8")
    inputs = {"INPUT_PATHS": "\n  my models\r\n", "INPUT_BUDGETS": "macs <= 5K\nparameters <= 100M\n\n"}
    done = runner.run("check", inputs)
    assert done.returncode == 1
    assert done.stdout.count("::error") == 1
    assert "breaks 'macs <= 5K'" in done.stdout
    good = runner.run("check", {**inputs, "INPUT_BUDGETS": "macs <= 20M"})
    assert (good.returncode, good.stdout.count("::")) == (0, 0)


def test_fail_level_and_sarif(runner: Runner) -> None:
    """The level decides what fails, and SARIF is written beside the annotations where it is asked for."""
    (runner.folder / "model.yaml").write_text(MODEL.replace("WIDTH", "8") + "params: {unused: 3}\n", "utf-8")
    assert runner.run("check", {}).returncode == 0
    done = runner.run("check", {"INPUT_FAIL_LEVEL": "warning", "INPUT_SARIF": "found.sarif"})
    assert done.returncode == 1
    assert "::warning" in done.stdout
    assert json.loads((runner.folder / "found.sarif").read_text("utf-8"))["version"] == "2.1.0"


def test_baseline(runner: Runner) -> None:
    """What has grown against the lock file by more than the tolerance fails."""
    model = runner.folder / "model.yaml"
    model.write_text(MODEL.replace("WIDTH", "100"), "utf-8")
    done = subprocess.run(
        ["cnninspect", "check", "--baseline", "cnninspect.lock.json", "--update-baseline"],
        cwd=runner.folder,
        env=runner.environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    inputs = {"INPUT_BASELINE": "cnninspect.lock.json", "INPUT_TOLERANCE": "2%"}
    assert runner.run("check", inputs).returncode == 0
    model.write_text(MODEL.replace("WIDTH", "101"), "utf-8")
    assert runner.run("check", inputs).returncode == 0
    model.write_text(MODEL.replace("WIDTH", "105"), "utf-8")
    grown = runner.run("check", inputs)
    assert grown.returncode == 1
    assert "'tiny' has grown against cnninspect.lock.json: " in grown.stdout


def test_unreadable_paths_are_no_findings(runner: Runner) -> None:
    """A path that does not exist ends the step with 2."""
    assert runner.run("check", {"INPUT_PATHS": "nowhere"}).returncode == 2


# --- commenting ------------------------------------------------------------------------------


@pytest.fixture
def pull(runner: Runner, tmp_path: Path) -> str:
    """A workspace as actions/checkout leaves it: one commit, the merge of base and branch; the base's own name."""
    origin = Folder(tmp_path / "origin")
    base = origin.commit({"model.yaml": MODEL.replace("WIDTH", "8"), "notes.txt": "a"})
    origin.git("checkout", "-q", "-b", "branch")
    origin.commit({"model.yaml": MODEL.replace("WIDTH", "12")})
    origin.git("checkout", "-q", "main")
    base = origin.commit({"notes.txt": "b"})
    origin.git("checkout", "-q", "-b", "merge")
    origin.git("merge", "-q", "branch", "-m", "merge")
    runner.folder.rmdir()
    origin.git("clone", "-q", "--depth=1", "--branch", "merge", f"file://{origin.path}", str(runner.folder))
    return base


def test_what_others_merged_meanwhile_is_no_change_of_the_branch(runner: Runner, pull: str, tmp_path: Path) -> None:
    """Where GitHub merged the branch into a newer base than the event knows, that base is compared with."""
    origin = Folder(tmp_path / "origin", fresh=False)
    old, head = origin.git("rev-parse", "main~1"), origin.git("rev-parse", "branch")
    event = {"EVENT_BASE": old, "EVENT_HEAD": head}
    origin.git("checkout", "-q", "main")
    newer = origin.commit({"other.yaml": MODEL.replace("WIDTH", "9")})
    origin.git("checkout", "-q", "-B", "merge")
    origin.git("merge", "-q", "branch", "-m", "merge")
    for command in (["fetch", "-q", "--depth=1", "origin", "merge"], ["checkout", "-q", "FETCH_HEAD"]):
        subprocess.run(["git", *command], cwd=runner.folder, check=True, capture_output=True)

    def changed(**variables: str) -> str:
        done = runner.run("comment", {"INPUT_BASE": ""}, **{**event, **variables})
        assert done.returncode == 0, done.stdout + done.stderr
        return str(runner.gh()[-1][1])

    assert "### Networks: 1 changed\n" in changed()
    assert f"since {newer} ({newer[:10]}): 1 model file" in changed().replace("`", "")
    assert "1 new" in changed(EVENT_HEAD=pull)  # another merge than GitHub's: the event is taken at its word


def test_a_first_comment(runner: Runner, pull: str) -> None:
    """What a pull request changes is written as a comment that carries the marker; the base is fetched alone."""
    done = runner.run("comment", {"INPUT_BASE": pull}, GH_FOUND="")
    assert done.returncode == 0, done.stdout + done.stderr
    (read, _), (write, body) = runner.gh()
    assert read[:3] == ["api", "--paginate", "repos/owner/name/issues/17/comments?per_page=100"]
    assert write[:5] == ["api", "--silent", "--method", "POST", "repos/owner/name/issues/17/comments"]
    assert body is not None
    assert body.startswith(MARKER)
    assert "tiny" in body
    assert "+" in body


def test_the_comment_is_kept_up_to_date(runner: Runner, pull: str) -> None:
    """A comment that carries the marker is written over; the next is tried where it is another's."""
    done = runner.run(
        "comment", {"INPUT_BASE": pull}, GH_FOUND="41\n42", GH_REFUSES="repos/owner/name/issues/comments/41"
    )
    assert done.returncode == 0
    _, (first, _), (second, body) = runner.gh()
    assert [first[3:5], second[3:5]] == [
        ["PATCH", "repos/owner/name/issues/comments/41"],
        ["PATCH", "repos/owner/name/issues/comments/42"],
    ]
    assert body is not None
    assert body.startswith(MARKER)


def test_the_marker_is_that_of_the_report(runner: Runner, pull: str) -> None:
    """Comments are found by the marker that the report begins with."""
    runner.run("comment", {"INPUT_BASE": pull})
    (read, _), *_ = runner.gh()
    assert read[read.index("--jq") + 1] == f'.[] | select(.body | startswith("{MARKER}")) | .id'


def test_nothing_to_say_is_no_comment(runner: Runner, pull: str) -> None:
    """A pull request that changes no model gets no comment; one that has one is told that nothing differs any more."""
    inputs = {"INPUT_BASE": pull, "INPUT_PATHS": "notes.txt"}
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=runner.folder, capture_output=True, text=True, check=True
    ).stdout.strip()
    inputs = {"INPUT_BASE": head}
    assert runner.run("comment", inputs).returncode == 0
    assert len(runner.gh()) == 1
    assert runner.run("comment", inputs, GH_FOUND="41").returncode == 0
    assert "PATCH" in runner.gh()[-1][0]


def test_a_token_that_may_not_write(runner: Runner, pull: str) -> None:
    """Where comments cannot be read or written, as from a fork, that is a warning and no failure."""
    writing = runner.run("comment", {"INPUT_BASE": pull}, GH_REFUSES="POST")
    reading = runner.run("comment", {"INPUT_BASE": pull}, GH_REFUSES="--jq")
    for done in (writing, reading):
        assert done.returncode == 0
        assert done.stdout.startswith(
            "::warning title=cnninspect::the comment on the pull request could not be written: "
        )


def test_a_base_that_does_not_exist(runner: Runner, pull: str) -> None:
    """A base that nobody knows ends the step."""
    assert runner.run("comment", {"INPUT_BASE": "0" * 40}).returncode not in (0, 1)
    assert runner.gh() == []
