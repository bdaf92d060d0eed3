"""What commands share: reading models, where output goes, how findings and failures are told."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cnninspect import api
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.values import Shape


COLORS = ("auto", "always", "never")
Plugins = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="MODULE", help="Import a module that defines layers of its own."),
]


class Stop(Exception):
    """The command ends with this exit code; everything has been said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def fail(message: str, help: str = "") -> Stop:
    """Say why cnninspect could not run; raise what it returns."""
    sys.stderr.write(f"cnninspect: {message}\n" + (f"  = help: {help}\n" if help else ""))
    return Stop(2)


def read_model(
    model: str,
    *,
    variant: str | None = None,
    sets: list[str] | None = None,
    inputs: list[str] | None = None,
    outside: bool = False,
) -> Loaded:
    """The model that an argument names, with the common options applied."""
    try:
        return api.read(model, variant=variant, sets=_pairs(sets or []), inputs=_shapes(inputs or []), outside=outside)
    except api.CannotRun as stopped:
        raise fail(stopped.problem.message, stopped.problem.help) from None


def load_plugins(modules: list[str] | None) -> None:
    """Import the modules that ``--plugin`` names, for the layers that they define."""
    if not modules:
        return
    if os.getcwd() not in sys.path and "" not in sys.path:  # the console script starts without the working folder
        sys.path.insert(0, os.getcwd())
    for module in modules:
        try:
            api.load_plugin(module)
        except api.CannotRun as stopped:
            raise fail(stopped.problem.message, stopped.problem.help) from None


def _pairs(sets: list[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for entry in sets:
        key, equals, value = entry.partition("=")
        if not equals or not key.strip():
            raise fail(f"--set needs KEY=VALUE, got '{clip(entry, 40)}'", "for example --set classes=10")
        found[key.strip()] = value
    return found


def _shapes(inputs: list[str]) -> dict[str | None, Shape]:
    found: dict[str | None, Shape] = {}
    for entry in inputs:
        name, equals, sizes = entry.rpartition("=")
        parts = sizes.lower().replace("×", "x").replace(",", "x").split("x")
        if not all(part.strip().isascii() and part.strip().isdecimal() for part in parts):
            several = "several inputs: --input left=3x64x64 --input right=3x64x64"
            raise fail(f"--input needs sizes such as 3x256x256, got '{clip(entry, 40)}'", several)
        found[name if equals else None] = tuple(int(part) for part in parts)
    return found


def has_errors(loaded: Loaded) -> bool:
    """Whether any finding is an error."""
    return any(finding.severity == "error" for finding in loaded.findings)


def colored(choice: str, *, error_stream: bool = False) -> bool:
    """Whether to print colour: asked for, or a terminal without NO_COLOR."""
    if choice != "auto":
        return choice == "always"
    stream = sys.stderr if error_stream else sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def choose(option: str, value: str, known: Sequence[str]) -> None:
    """Refuse a word that the option does not know."""
    if value in known:
        return
    from difflib import get_close_matches

    close = get_close_matches(value[:80], known, 1)
    guess = f"did you mean '{close[0]}'?" if close else f"it takes {', '.join(known)}"
    raise fail(f"{option} has no '{clip(value)}'", guess)
