"""``cnninspect zoo``: the networks that come with the program."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect.cli import common
from cnninspect.cli.output import emit
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api import Shipped
    from cnninspect.reports.zoo import Entry

FORMATS = ("table", "json", "markdown")
POWERS = {"": 0, "k": 3, "m": 6, "g": 9}
LONGEST = 30
"""How many digits a limit may have: no network has that many of anything."""
PIPE = (100, 30)
"""Columns and lines of a plot that no terminal asked for."""


def zoo(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME...", help="Only networks with this in their name or family.")
    ] = None,
    max_parameters: Annotated[
        str | None, typer.Option(metavar="N", help="Only networks of at most so many parameters, such as 5M.")
    ] = None,
    max_macs: Annotated[
        str | None, typer.Option(metavar="N", help="Only networks of at most so many MACs, such as 600M or 4.1G.")
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(metavar="COLUMN", help="name, or parameters, macs, year or top1, the largest number first."),
    ] = None,
    plot: Annotated[bool, typer.Option("--plot", help="Draw parameters (--plot top1: accuracy) against MACs.")] = False,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="table, json or markdown.")] = "table",
    color: common.Color = "auto",
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the list to a file.")
    ] = None,
) -> int:
    """List the networks that come with the program.

    Each name can be given as a MODEL.
    """
    from cnninspect.reports import zoo as report

    common.choose("--format", format, FORMATS)
    common.choose("--color", color, common.COLORS)
    if sort is not None:
        common.choose("--sort", sort, report.SORTS)
    if plot and format != "table":
        raise common.fail(f"--plot draws characters, not {format}", "leave out --plot or --format")
    parameters, macs = _limit("--max-parameters", max_parameters), _limit("--max-macs", max_macs)
    drawn_against = [name for name in names or [] if plot and name in report.PLOTS]
    wanted = [name for name in names or [] if name not in drawn_against]
    entries = report.within(_measured(_called(wanted), fields=not plot), parameters, macs)
    if sort is not None:
        entries = report.ordered(entries, sort)
    here = output in (None, "-")
    if plot:
        what = drawn_against[-1] if drawn_against else "parameters"
        text = _plot(entries, what, color=common.colored(color) and here, here=here)
    elif format == "table":
        width = _size()[0] if here and sys.stdout.isatty() else None
        text = report.render(entries, grouped=sort is None, width=width, color=common.colored(color) and here)
    else:
        text = report.json(entries) if format == "json" else report.markdown(entries)
    emit(text, output)
    return 1 if any(entry.parameters is None for entry in entries) else 0


def _measured(wanted: Sequence[Shipped], *, fields: bool) -> list[Entry]:
    from cnninspect import api
    from cnninspect.reports import zoo as report

    entries = []
    for one in wanted:
        loaded = one.read()
        names = (one.name, one.family, os.path.basename(one.path), one.variant)
        if loaded.graph is None or common.has_errors(loaded):
            entries.append(report.Entry(*names))
        else:
            summary = api.summarize(loaded.graph, insight=False)
            entries.append(report.measured(*names, summary, api.widest_field(loaded.graph) if fields else None))
    return entries


def _plot(entries: Sequence[Entry], what: str, *, color: bool, here: bool) -> str:
    from cnninspect.reports import zoo as report

    terminal = here and sys.stdout.isatty()
    width, lines = _size() if terminal else PIPE
    drawn = terminal and (sys.stdout.encoding or "").lower().startswith("utf")
    height = max(12, min(lines - 5, width * 2 // 5))  # what is said below and the next prompt fit as well
    return report.plot(entries, what, width=width, height=height, drawn=drawn, color=color)


def _size() -> tuple[int, int]:
    """Columns and lines of the terminal."""
    from shutil import get_terminal_size

    return get_terminal_size(PIPE)


def _called(names: Sequence[str]) -> list[Shipped]:
    """The networks that any of the names asks for, all where there are none."""
    from cnninspect import api

    listed = api.shipped()
    if not names:
        return listed
    chosen: set[str] = set()
    for name in names:
        found = _matching(name, listed)
        if not found:
            _refuse(name, [entry.name for entry in listed])
        chosen.update([entry.name for entry in found])
    return [entry for entry in listed if entry.name in chosen]


def _refuse(name: str, known: list[str]) -> None:
    """Say that nothing that ships is called so."""
    from difflib import get_close_matches

    close = get_close_matches(name[:80], known, 1)
    advice = f"did you mean '{close[0]}'?" if close else "cnninspect zoo lists the networks that are shipped"
    raise common.fail(f"zoo has no '{clip(name)}'", advice)


def _matching(name: str, listed: Sequence[Shipped]) -> list[Shipped]:
    """The networks whose name or family begins with ``name``, where there is none those that contain it."""
    lower = name.lower()
    first = [entry for entry in listed if entry.name.lower().startswith(lower) or entry.family.startswith(lower)]
    return first or [entry for entry in listed if lower in entry.name.lower() or lower in entry.family]


def _limit(option: str, text: str | None) -> int | None:
    """A whole number, or one with a letter for a power of 1000: ``600M`` or ``4.1G``."""
    if text is None:
        return None
    digits = text.strip().replace(",", "").replace("_", "")
    letter = digits[-1:].lower() if digits[-1:].isalpha() else ""
    before, _, after = digits[: len(digits) - len(letter)].partition(".")
    number = before + after
    if letter not in POWERS or not (number.isascii() and number.isdecimal()) or len(number) > LONGEST:
        raise common.fail(
            f"{option} needs a number such as 5M, got '{clip(text, 40)}'", "K, M and G are powers of 1000"
        )
    limit: int = int(number) * 10 ** POWERS[letter] // 10 ** len(after)
    return limit
