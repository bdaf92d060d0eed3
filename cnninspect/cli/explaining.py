"""What the commands that print workings share: a page as wide as the terminal, or whole in a pipe."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.reports.working_text import Style, plain_signs

if TYPE_CHECKING:
    from collections.abc import Callable


def drawn(page: Callable[[Style], str], color: str, output: str | None) -> str:
    """The page for where it goes: folded in a terminal, coloured where asked for, in ASCII where there is no more."""
    colored = common.colored(color) and (output in (None, "-") or color == "always")
    return signs(page(Style(width_for(output), color=colored)), output)


def width_for(output: str | None) -> int | None:
    """How many columns the terminal has; None where the text goes into a file or a pipe."""
    return get_terminal_size().columns if output in (None, "-") and sys.stdout.isatty() else None


def signs(text: str, output: str | None) -> str:
    """A text in the signs that a terminal or pipe can show; a file takes them all."""
    unicode = output not in (None, "-") or (sys.stdout.encoding or "").lower().startswith("utf")
    return text if unicode else plain_signs(text)
