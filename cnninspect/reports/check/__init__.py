"""What a check has found, in every format: one module a format, with a function ``render``.

Whatever stands in the files that were checked, no report holds a control character, an escape sequence or a
bidirectional mark of theirs, and nothing of theirs is taken for the format's own signs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.api.checked import Checked, Told

FORMATS = ("text", "json", "github", "sarif", "junit", "gitlab", "markdown", "csv")


class View(Record):
    """What is shown of a check, and how."""

    shown: tuple[Told, ...]
    """The findings that are told; the sums count all of them."""
    failing: tuple[str, ...]
    """The severities that make it fail."""
    failed: bool
    places: Mapping[str, str]
    """For each file its path from the root of the repository, as services want it."""
    color: bool = False
    width: int | None = None
    """How many cells of a line of a file are shown: those of the terminal."""
    last: bool = True
    """Whether the sum of it all is told."""
    guarded: bool = False
    """Whether a service reads the text for commands of its own."""
    version: str = "0"
    """Of this program."""

    def place(self, file: str) -> str:
        """The path of a file from the root of the repository."""
        return self.places.get(file, file)


def render(format: str, checked: Checked, view: View) -> str:
    """The whole report in a format."""
    text: str = import_module(f"cnninspect.reports.check.{format}").render(checked, view)
    return text
