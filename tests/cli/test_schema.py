"""``cnninspect schema`` prints a JSON Schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cnninspect.cli import run
from cnninspect.reports.schema import render

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_prints_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """The schema goes to standard output as JSON, and nothing else does."""
    assert run(["schema"]) == 0
    out, err = capsys.readouterr()
    assert (out, err) == (render(), "")
    assert json.loads(out)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_writes_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o the schema goes to the file, whole, and the line is said that makes editors use it."""
    assert run(["schema", "-o", str(tmp_path / "schema.json")]) == 0
    assert (tmp_path / "schema.json").read_text("utf-8") == render()
    line = "first line of a model beside it: # yaml-language-server: $schema=schema.json\n"
    assert capsys.readouterr() == ("", line)


def test_file_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder as the target is refused with exit code 2."""
    assert run(["schema", "-o", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == f"cnninspect: '{tmp_path}' is a folder\n  = help: name a file in it\n"
