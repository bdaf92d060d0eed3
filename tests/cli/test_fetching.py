"""How far a file of a data set has come, in a terminal and elsewhere."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cnninspect.cli.fetching import fetching

if TYPE_CHECKING:
    import pytest


def test_elsewhere_one_line_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe or a log there is one line for each file, when it is there."""
    for have in (0, 3_000_000, 9_912_422):
        fetching("train-images-idx3-ubyte.gz", have, 9_912_422)
    assert capsys.readouterr() == ("", "fetched train-images-idx3-ubyte.gz, 9.9 MB\n")


def test_a_terminal_shows_how_far(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """In a terminal one line is written over, and stays when the file is there."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    fetching("x.gz", 1_500_000, 3_000_000)
    fetching("x.gz", 3_000_000, 3_000_000)
    assert capsys.readouterr().err == "\r\x1b[Kfetching x.gz: 1.5 of 3.0 MB\r\x1b[Kfetching x.gz: 3.0 of 3.0 MB\n"
