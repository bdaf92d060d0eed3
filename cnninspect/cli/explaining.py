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
    printed = output in (None, "-")
    width = get_terminal_size().columns if printed and sys.stdout.isatty() else None
    text = page(Style(width, color=common.colored(color) and (printed or color == "always")))
    unicode = not printed or (sys.stdout.encoding or "").lower().startswith("utf")
    return text if unicode else plain_signs(text)
