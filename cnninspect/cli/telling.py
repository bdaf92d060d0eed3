"""What is wrong with a model, told beside a report on it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from cnninspect.cli import common

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded


def tell(loaded: Loaded, color: str, *, aside: bool, quiet: bool) -> None:
    """Show the findings, ``aside`` on stderr where they would mix with data; where it is ``quiet`` mistakes alone."""
    if not loaded.findings or (quiet and not common.has_errors(loaded)):
        return
    from cnninspect.reports.findings import render

    stream = sys.stderr if aside else sys.stdout
    text = render(loaded.findings, loaded.sources, color=common.colored(color, error_stream=aside))
    stream.write(text if aside or loaded.graph is None else text + "\n")
