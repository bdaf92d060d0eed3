"""Runs for programs: ``cnninspect.runs/1``, and CSV with a record for each epoch of each run.

Of each run: ``path, status, network, data, parameters, recipe`` (every option), ``begun, ended``, ``best`` (the record
of its best epoch, null before there is one) and ``epochs``: the records of its log. What a run does not say is null.
"""

from __future__ import annotations

import json as writer
from typing import TYPE_CHECKING

from cnninspect.reports import runs_words as words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.training.reading import Run

SCHEMA = "cnninspect.runs/1"


def json(runs: Sequence[Run]) -> str:
    """Every run, each in a line."""
    lines = ",\n ".join([writer.dumps(_run(run), ensure_ascii=False) for run in runs])
    return f'{{"schema": "{SCHEMA}", "runs": [\n {lines}\n]}}\n' if runs else f'{{"schema": "{SCHEMA}", "runs": []}}\n'


def _run(run: Run) -> dict[str, object]:
    return {
        "path": run.path,
        "status": run.status,
        "network": _known(words.network(run)),
        "data": _known(words.data(run)),
        "parameters": words.whole(run.about.get("parameters")),
        "recipe": run.recipe,
        "begun": run.about.get("begun"),
        "ended": run.about.get("ended"),
        "best": run.best(),
        "epochs": list(run.entries),
    }


def _known(text: str) -> str | None:
    return None if text == words.UNKNOWN else text


def csv(runs: Sequence[Run]) -> str:
    """A record for each epoch: the run's path, then every field that any log has."""
    names = list(dict.fromkeys([name for run in runs for entry in run.entries for name in entry]))
    rows = [["run", *names]]
    rows += [[run.path, *[_cell(entry.get(name)) for name in names]] for run in runs for entry in run.entries]
    return "".join([",".join([_quoted(cell) for cell in row]) + "\n" for row in rows])


def _cell(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: "true", False: "false"}[value]
    return str(value)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text
