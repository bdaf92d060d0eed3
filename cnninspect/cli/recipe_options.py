"""The options of a recipe on the command line, made from their one declaration, and what trainings share there."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cnninspect.options import Option
    from cnninspect.values import Problem


Run = Annotated[str | None, typer.Option(metavar="FOLDER", help="Where the run lies; one that is there goes on.")]
RecipeFile = Annotated[str | None, typer.Option(metavar="FILE", help="A recipe, by file or shipped name.")]
Pairs = Annotated[list[str] | None, typer.Option(metavar="KEY=VALUE", help="Any option of a recipe, as in a file.")]
DataDir = Annotated[str | None, typer.Option(metavar="FOLDER", help="Where the files of data sets lie (data).")]
Download = Annotated[bool, typer.Option("--download", help="Fetch the data set where it is missing.")]


def with_recipe(*, idle: Sequence[str] = ()) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The same command with an option for each option of a recipe; help leaves out those that are ``idle`` there."""

    def made(function: Callable[..., int]) -> Callable[..., int]:
        hints = get_type_hints(function, include_extras=True)
        own = [one for one in inspect.signature(function).parameters.values() if one.kind is not one.VAR_KEYWORD]
        keyword = [one.replace(kind=one.KEYWORD_ONLY, annotation=hints[one.name]) for one in own]
        more = _parameters(idle)
        function.__signature__ = inspect.Signature([*keyword, *more])  # type: ignore[attr-defined]
        function.__annotations__ = {**function.__annotations__, **{one.name: one.annotation for one in more}}
        return function

    return made


def _parameters(idle: Sequence[str]) -> list[inspect.Parameter]:
    """A parameter for each option of a recipe."""
    from cnninspect.api.training import GROUPS, OPTIONS

    found = []
    for group, names in GROUPS.items():
        for name in names:
            option, dashed = OPTIONS[name], name.replace("_", "-")
            shown: dict[str, Any] = {"rich_help_panel": group.capitalize(), "hidden": name in idle}
            if option.schema() == {"type": "boolean"}:
                kind: Any = bool | None
                told = typer.Option(f"--{dashed}/--no-{dashed}", help=_help(option), **shown)
            else:
                kind = str | None
                told = typer.Option(f"--{dashed}", metavar=_metavar(name, option), help=_help(option), **shown)
            annotation = Annotated[kind, told]
            found.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation))
    return found


def _metavar(name: str, option: Option[Any]) -> str:
    if name in ("data", "device"):
        return name.upper()  # as evaluate and predict call them
    schema = option.schema()
    if "enum" in schema:
        return "WORD"
    return {"integer": "N", "number": "X"}.get(str(schema.get("type")), "VALUE")


def _help(option: Option[Any]) -> str:
    choices = getattr(option, "choices", ())
    known = f": {', '.join(choices)}" if choices else ""
    default = (
        ""
        if option.default is None or option.default is False or option.default == ()
        else f"  [default: {option.default}]"
    )
    return f"{option.help[:1].upper()}{option.help[1:]}{known}{default}"


def given(options: Mapping[str, object], pairs: list[str]) -> dict[str, object]:
    """What the command line says of a recipe."""
    found: dict[str, object] = {}
    for name, value in options.items():
        if value is not None:
            found[name] = api.option_value(value) if isinstance(value, str) else value
    for pair in pairs:
        key, equals, text = pair.partition("=")
        name = key.strip().replace("-", "_")
        if not equals:
            raise common.fail(f"--training needs KEY=VALUE, got '{clip(pair, 40)}'", "for example --training lr=0.1")
        common.choose("--training", name, api.RECIPE_OPTIONS)
        found[name] = api.option_value(text)
    return found


def tell(problem: Problem) -> None:
    """Say what went wrong, on stderr."""
    notes = "".join([f"\n  = note: {note}" for note in problem.notes])
    sys.stderr.write(
        f"cnninspect: {problem.message}{notes}\n" + (f"  = help: {problem.help}\n" if problem.help else "")
    )


def failed(error: api.CannotRun | api.ModelError) -> int:
    """Tell why nothing is trained; the exit code."""
    if isinstance(error, api.ModelError):
        from cnninspect.reports.findings import render

        color = common.colored("auto", error_stream=True)
        sys.stderr.write(render(error.findings, getattr(error, "sources", ()), color=color))
        return 1
    case = getattr(error, "case", None)
    if case is not None:  # in what a run's network is another one than that which is asked for
        from cnninspect.reports import diff

        sys.stderr.write(diff.render([case], diff.Style(color=common.colored("auto", error_stream=True))) + "\n")
    tell(error.problem)
    return 2
