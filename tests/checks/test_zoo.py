"""The shipped networks held against every rule: what is found there is explained in the file, or the rule is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cnninspect import api
from cnninspect.checks.comments import MARK
from cnninspect.checks.lint import lint

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded

FILES = sorted((Path(__file__).parent.parent.parent / "architectures").glob("*.yaml"))


@pytest.fixture(scope="module")
def families() -> dict[str, list[Loaded]]:
    """Every shipped file with all of its networks."""
    found: dict[str, list[Loaded]] = {}
    for shipped in api.shipped():
        found.setdefault(shipped.family, []).append(shipped.read())
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_nothing_is_left(path: Path, families: dict[str, list[Loaded]]) -> None:
    """A shipped file has no finding that a comment does not explain, however mild."""
    assert [f"{finding.span}: {finding.code}" for finding in lint(families[path.stem])] == []


@pytest.mark.parametrize(
    "path", [path for path in FILES if MARK in path.read_text("utf-8")], ids=lambda path: path.stem
)
def test_every_comment_has_a_reason(path: Path, families: dict[str, list[Loaded]]) -> None:
    """A comment that silences something in a shipped file says why, in some words."""
    from cnninspect.checks.lint import Run
    from cnninspect.checks.selection import EVERYTHING

    comments = Run(families[path.stem], EVERYTHING).comments
    assert comments
    assert [str(comment.span) for comment in comments if len(comment.reason.split()) < 3] == []
