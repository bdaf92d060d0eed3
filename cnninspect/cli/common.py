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
Inputs = Annotated[
    list[str] | None, typer.Option(metavar="SIZES", help="Another input, such as 3x256x256 or left=3x64x64.")
]
Variant = Annotated[str | None, typer.Option(metavar="NAME", help="A variant of the model.")]
Sets = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Another value for a param.")]
Color = Annotated[str, typer.Option(metavar="WHEN", help="auto, always or never.")]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the report to a file.")]
Outside = Annotated[bool, typer.Option("--allow-outside", help="Follow extends out of the model's folder.")]
INITS = ("torch", "kaiming", "xavier", "trunc_normal", "orthogonal", "zero_residual")
"""What a whole network can be begun with; each layer may say otherwise with init beside it."""
INIT_HELP = f"How weights begin: {', '.join(INITS[:-1])} or {INITS[-1]}; what a layer says with init: holds."
LAYOUTS = ("torch", "keras")
Init = Annotated[str, typer.Option("--init", metavar="HOW", help=INIT_HELP)]
Strict = Annotated[
    bool, typer.Option("--strict/--no-strict", help="Refuse missing or extra tensors, or load what fits.")
]
Prefix = Annotated[
    str | None, typer.Option(metavar="STRIP", help="Take this from the names, such as module. or encoder.")
]
Layout = Annotated[str, typer.Option(metavar="WHOSE", help="torch, or keras: its names and order of axes.")]
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


def refuse_second_stdin(models: Sequence[str]) -> None:
    """Refuse to read standard input twice: it is empty after the first time."""
    if list(models).count("-") > 1:
        raise fail("standard input can be read once, and '-' is given twice", "name a file for one of them")


def given(sets: list[str] | None, inputs: list[str] | None) -> tuple[dict[str, object], dict[str | None, Shape]]:
    """What ``--set`` and ``--input`` say."""
    return _pairs(sets or []), _shapes(inputs or [])


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
        if key.strip() in found:
            raise fail(f"--set gives '{clip(key.strip(), 40)}' twice", "leave one of the two out")
        found[key.strip()] = value
    return found


def _shapes(inputs: list[str]) -> dict[str | None, Shape]:
    found: dict[str | None, Shape] = {}
    for entry in inputs:
        name, equals, sizes = entry.rpartition("=")
        parts = _listed(sizes).lower().replace("×", "x").replace(",", "x").split("x")
        if not all(part.strip().isascii() and part.strip().isdecimal() for part in parts):
            raise fail(f"--input needs sizes such as 3x256x256, got '{clip(entry, 40)}'", _sizes_help(sizes))
        key = name if equals else None
        if key in found:
            which = "one input" if key is None else f"'{clip(key, 40)}'"
            raise fail(f"--input gives {which} two shapes", _SEVERAL)
        found[key] = tuple(int(part) for part in parts)
    return found


_SEVERAL = "several inputs: --input left=3x64x64 --input right=3x64x64"


def _listed(sizes: str) -> str:
    """What stands in the brackets of a list; the text itself where there are none."""
    text = sizes.strip()
    return text[1:-1] if text[:1] + text[-1:] in ("[]", "()") else text


def _sizes_help(sizes: str) -> str:
    """How to write sizes that other signs part, otherwise how several inputs are given."""
    if not sizes.strip("0123456789 x×,;:*/[](){}"):
        numbers = "".join([sign if sign in "0123456789" else " " for sign in sizes]).split()
        if numbers:
            return f"write {'x'.join(numbers)}"
    return _SEVERAL


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

    close = [value.lower()] if value.lower() in known else get_close_matches(value[:80], known, 1)
    guess = f"did you mean '{close[0]}'?" if close else f"it takes {', '.join(known)}"
    raise fail(f"{option} has no '{clip(value)}'", guess)
