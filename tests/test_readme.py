"""What the README shows is what the program does: files, commands, outputs and the Python example."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


class Block(NamedTuple):
    """A fenced block with the line it begins on."""

    language: str
    lines: list[str]
    first: int


def blocks() -> Iterator[Block]:
    """Every fenced block of the README."""
    lines = README.read_text("utf-8").split("\n")
    start: int | None = None
    for number, line in enumerate(lines):
        if line.startswith("```") and start is None:
            start = number
        elif line == "```" and start is not None:
            yield Block(lines[start][3:], lines[start + 1 : number], start + 1)
            start = None


def environment() -> dict[str, str]:
    outside = dict.fromkeys(("CI", "GITHUB_ACTIONS"), "")  # a job's own format is not what the README shows
    return {**os.environ, **outside, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model files that the README shows."""
    place = tmp_path_factory.mktemp("readme")
    for block in blocks():
        if block.language == "yaml":
            (place / block.lines[0].removeprefix("# ")).write_text("\n".join(block.lines) + "\n", "utf-8")
    return place


def run(command: str, folder: Path) -> list[str]:
    """What a command of the README prints."""
    words = shlex.split(command)
    assert words[0] == "cnninspect"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(),
        check=False,
        timeout=300,
    )
    assert done.returncode in (0, 1), done.stderr
    return [plain(line) for line in done.stdout.rstrip("\n").split("\n")]


def plain(line: str) -> str:
    """A line without its colours, which a README cannot show."""
    pieces = line.split("\x1b[")
    return "".join([pieces[0], *[piece.partition("m")[2] for piece in pieces[1:]]]).rstrip()


def test_console_blocks_show_what_the_commands_print(folder: Path, request: pytest.FixtureRequest) -> None:
    """Every `$ cnninspect …` of the README prints exactly what stands below it; --update rewrites it."""
    lines = README.read_text("utf-8").split("\n")
    shown: list[str] = []
    at = 0
    for block in blocks():
        if block.language != "console":
            continue
        shown += lines[at : block.first]
        for line in block.lines:
            if line.startswith("$ "):
                shown += [line, *run(line[2:], folder)]
        at = block.first + len(block.lines)
    shown += lines[at:]
    if request.config.getoption("--update"):
        README.write_text("\n".join(shown), "utf-8")
    assert shown == lines


def test_the_python_example_prints_what_is_shown(folder: Path) -> None:
    """The Python block runs as it stands and prints the text block below it."""
    found = list(blocks())
    index = next(i for i, block in enumerate(found) if block.language == "python")
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(found[index].lines)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(),
        check=True,
    )
    assert done.stdout.rstrip("\n").split("\n") == found[index + 1].lines


def test_shell_commands_name_what_exists() -> None:
    """The set-up commands install extras that pyproject declares and run files that exist."""
    tomllib = pytest.importorskip("tomllib")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    commands = [line for block in blocks() if block.language == "sh" for line in block.lines]
    assert len(commands) == 3
    for word in " ".join(commands).replace("'", "").split():
        if word.startswith(".["):
            assert set(word[2:-1].split(",")) <= set(extras)
        if word.startswith("benchmarks/") or word == "constraints.txt":
            assert (ROOT / word).is_file()


def test_every_command_is_mentioned() -> None:
    """Each command of the command line stands in the README, and in its own help a first line."""
    from cnninspect.cli import COMMANDS

    text = README.read_text("utf-8")
    for command in COMMANDS:
        assert f"cnninspect {command}" in text
        done = subprocess.run(
            [sys.executable, "-m", "cnninspect", command, "--help"],
            capture_output=True,
            text=True,
            env=environment(),
            check=True,
        )
        assert command in done.stdout


def test_the_list_of_commands_is_not_cut() -> None:
    """Eighty columns hold what each command does, in a whole sentence."""
    from cnninspect.cli import COMMANDS

    done = subprocess.run(
        [sys.executable, "-m", "cnninspect", "--help"],
        capture_output=True,
        text=True,
        env={**environment(), "COLUMNS": "80"},
        check=True,
    )
    told = [line.strip() for line in done.stdout.partition("Commands:\n")[2].partition("\n\n")[0].split("\n")]
    assert [line.split()[0] for line in told] == list(COMMANDS)
    assert [line for line in told if line.endswith("...") or not line.endswith(".")] == []


def test_extras_and_links_that_are_named_exist() -> None:
    """Every ``cnninspect[extra]`` of the pages and messages is one that pyproject declares; every link leads to a file."""
    tomllib = pytest.importorskip("tomllib")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    pages = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
    named = {
        extra
        for file in [*pages, *sorted((ROOT / "cnninspect").rglob("*.py"))]
        for part in file.read_text("utf-8").split("cnninspect[")[1:]
        for extra in part.partition("]")[0].split(",")
    }
    assert {"torch", "images", "plot", "tensorboard"} <= named <= set(extras)
    for page in pages:
        for part in page.read_text("utf-8").split("](")[1:]:
            target = part.partition(")")[0].partition("#")[0]
            assert target.startswith("http") or not target or (page.parent / target).is_file(), (page.name, target)
