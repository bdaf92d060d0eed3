"""What the guides show is what happens: files are written, commands run in their order, and print what stands below them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.repositories import ALONE

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
FENCE = "```"


class Block(NamedTuple):
    """A fenced block with the line it begins on."""

    language: str
    lines: list[str]
    first: int


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block of a page."""
    lines = page.read_text("utf-8").split("\n")
    start: int | None = None
    for number, line in enumerate(lines):
        if line.startswith(FENCE) and start is None:
            start = number
        elif line == FENCE and start is not None:
            yield Block(lines[start][3:], lines[start + 1 : number], start + 1)
            start = None


PAGES = [
    page for page in sorted((ROOT / "docs").glob("*.md")) if any(block.language == "console" for block in blocks(page))
]


class Shell:
    """A folder in which the commands of a page run, alone with git and this program."""

    def __init__(self, tmp_path: Path) -> None:
        binaries = tmp_path / "bin"
        binaries.mkdir()
        program = binaries / "cnninspect"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m cnninspect "$@"\n', "utf-8")
        program.chmod(0o755)
        self.folder = tmp_path / "repository"
        self.folder.mkdir()
        self.environment = {
            **ALONE,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(tmp_path),
            "NO_COLOR": "1",
            "COLUMNS": "120",
        }

    def write(self, name: str, lines: list[str]) -> None:
        """Put a block into the file that its first line names."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines) + "\n", "utf-8")

    def run(self, command: str) -> list[str]:
        """What a command prints; 1 is a finding, anything above a mistake of the page."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode in (0, 1), f"{command}: {done.stderr}"
        return done.stdout.rstrip("\n").split("\n") if done.stdout else []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_guide_shows_what_happens(page: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A block that begins with ``# file`` is that file; each `$ …` prints what stands below it; --update rewrites it."""
    shell = Shell(tmp_path)
    lines = page.read_text("utf-8").split("\n")
    shown: list[str] = []
    at = 0
    for block in blocks(page):
        name = block.lines[0].removeprefix("# ") if block.lines and block.lines[0].startswith("# ") else ""
        if name and " " not in name and "." in name:
            shell.write(name, block.lines)
        if block.language != "console":
            continue
        shown += lines[at : block.first]
        for line in block.lines:
            if line.startswith("$ "):
                shown += [line, *shell.run(line[2:])]
        at = block.first + len(block.lines)
    shown += lines[at:]
    if request.config.getoption("--update"):
        page.write_text("\n".join(shown), "utf-8")
    assert shown == lines
