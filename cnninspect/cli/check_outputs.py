"""Several reports of one check: which format goes where, and the summary of a job in its CI."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from cnninspect.cli import common
from cnninspect.cli.output import emit_each, refuse_lost
from cnninspect.records import Record
from cnninspect.reports.check import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cnninspect.api.checked import Checked
    from cnninspect.api.checking_baseline import Baseline
    from cnninspect.frontends.config.search import Config
    from cnninspect.reports.check import View

AUTO = "auto"
SUMMARY = "GITHUB_STEP_SUMMARY"
LARGEST_SUMMARY = 2**20
"""Bytes that GitHub takes of a step."""


class Output(Record):
    """One report: its format, and the file it goes to; None is standard output."""

    format: str
    file: str | None


def outputs(raw: Sequence[str], formats: Sequence[str], files: Sequence[str]) -> list[Output]:
    """Each ``-o`` belongs to the ``--format`` before it; one that comes first, to the first format."""
    order = _order(raw)
    if [word for option, word in order if option == "format"] != [*formats]:  # called from Python, or an odd spelling
        order = [("format", word) for word in formats]
    if [word for option, word in order if option == "output"] != [*files]:
        order = [pair for pair in order if pair[0] == "format"] + [("output", word) for word in files]
    found: list[Output] = []
    waiting: list[str] = []
    for option, word in order:
        if option == "format":
            found.append(Output(_meant(word), waiting.pop(0) if waiting else None))
        elif found and found[-1].file is None:
            found[-1] = found[-1]._replace(file=word)
        elif found:
            raise common.fail(f"-o is given twice for --format {found[-1].format}", "each -o follows its --format")
        else:
            waiting.append(word)
    if not found:
        found.append(Output(_meant(AUTO), waiting.pop(0) if waiting else None))
    if waiting:
        raise common.fail("there are more -o than --format", "each -o follows its --format")
    named = [os.path.realpath(one.file) for one in found if one.file not in (None, "-")]
    if len(set(named)) < len(named):
        raise common.fail("two reports go to the same file", "name another one")
    return found


def _order(raw: Sequence[str]) -> list[tuple[str, str]]:
    """The formats and files in the order in which they were written."""
    found = []
    names = {"--format": "format", "--output": "output", "-o": "output"}
    for index, word in enumerate(raw):
        option, equals, value = word.partition("=")
        if word == "--":
            break
        if option in names and (option != word or index + 1 < len(raw)):
            found.append((names[option], value if equals else raw[index + 1]))
        elif word.startswith("-o") and not word.startswith("--") and len(word) > len("-o"):
            found.append(("output", word[2:]))
    return found


def _meant(format: str) -> str:
    """The format of a service's own where one runs in it."""
    if format != AUTO:
        return format
    return "github" if in_github() else "text"


def in_github() -> bool:
    """Whether this is a job of GitHub Actions."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def refuse_losses(wanted: Sequence[Output], config: Config, lock: Baseline | None) -> None:
    """Refuse to write a report over what this check goes by, or over a model, which any YAML file may be part of."""
    for name in [one.file for one in wanted if one.file not in (None, "-")]:
        assert name is not None
        refuse_lost(name, [config.path], "the configuration")
        refuse_lost(name, [lock and lock.file], "the lock file")
        if name.endswith((".yaml", ".yml")) and os.path.isfile(name):
            refuse_lost(name, [name], "a YAML file, and no report is")


def write(checked: Checked, view: View, wanted: Sequence[Output], *, color: str, statistics: bool) -> int:
    """Every report to where it goes, in GitHub's CI the summary of the job as well; how many could not be written."""
    models = [file.path for file in checked.files]
    unwritten = emit_each(_reports(checked, view, wanted, color=color, statistics=statistics), models)
    if in_github() and any(one.format == "github" for one in wanted):
        add_to_summary(render("markdown", checked, view))
    return unwritten


def _reports(
    checked: Checked, view: View, wanted: Sequence[Output], *, color: str, statistics: bool
) -> Iterator[tuple[str, str | None]]:
    """Each report and the file that it goes into."""
    for one in wanted:
        here = one.file in (None, "-")
        colored = common.colored(color) and (here or color == "always")
        shown = view._replace(color=colored and one.format == "text", width=_width() if here else None)
        if statistics and one.format == "text":
            from cnninspect.reports.check.statistics import render as render_statistics

            text = render_statistics(checked, shown)
        else:
            text = render(one.format, checked, shown)
        yield text if not here or _utf8() else _ascii(text, one.format), one.file


def _width() -> int | None:
    """How wide the terminal is; None where there is none."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size((120, 24)).columns


def _utf8() -> bool:
    return (sys.stdout.encoding or "").lower().startswith("utf")


def _ascii(text: str, format: str) -> str:
    """For a terminal that cannot show it, without the signs of Markdown's table; others escape what they cannot say."""
    return (
        text.translate({0x274C: "x", 0x2705: "ok", 0x26A0: "!", 0xFE0F: "", 0x1F4A1: "i"})
        if format == "markdown"
        else text
    )


def add_to_summary(text: str) -> None:
    """Put a text into the job's summary, below what other steps have written there."""
    path = os.environ.get(SUMMARY)
    if not path or not os.path.isfile(path):
        return
    data = text.encode("utf-8")
    if os.path.getsize(path) + len(data) > LARGEST_SUMMARY:
        return
    try:
        with open(path, "ab") as file:
            file.write(data)
    except OSError as error:
        sys.stderr.write(f"cnninspect: the summary of the job cannot be written: {(error.strerror or '').lower()}\n")
