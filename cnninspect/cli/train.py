"""``cnninspect train``: from a model file to a trained network."""

from __future__ import annotations

import gc
import inspect
import sys
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from cnninspect import api
from cnninspect.cli import common
from cnninspect.values import clip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cnninspect.options import Option


def _parameters() -> list[inspect.Parameter]:
    """An option of the command line for each option of a recipe, from its one declaration."""
    from cnninspect.api.training import GROUPS, OPTIONS
    found = []
    for group, names in GROUPS.items():
        for name in names:
            option = OPTIONS[name]
            dashed = f"--{name.replace('_', '-')}"
            if option.schema() == {"type": "boolean"}:
                kind: Any = bool | None
                told = typer.Option(f"{dashed}/--no-{dashed[2:]}", help=option.help, rich_help_panel=group.capitalize())
            else:
                kind = str | None
                told = typer.Option(dashed, metavar=_metavar(option), help=_help(option), rich_help_panel=group.capitalize())  # fmt: skip
            found.append(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, told])
            )
    return found


def _metavar(option: Option[Any]) -> str:
    schema = option.schema()
    if "enum" in schema:
        return "WORD"
    return {"integer": "N", "number": "X"}.get(str(schema.get("type")), "VALUE")


def _help(option: Option[Any]) -> str:
    choices = getattr(option, "choices", ())
    known = f" ({', '.join(choices)})" if choices else ""
    default = "" if option.default in (None, ()) else f" [{option.default}]"
    return f"{option.help}{known}{default}"


def _with_recipe(function: Callable[..., int]) -> Callable[..., int]:
    """The same command with the options of a recipe."""
    hints = get_type_hints(function, include_extras=True)
    own = [one for one in inspect.signature(function).parameters.values() if one.kind is not one.VAR_KEYWORD]
    keyword = [one.replace(kind=one.KEYWORD_ONLY, annotation=hints[one.name]) for one in own]
    more = _parameters()
    function.__signature__ = inspect.Signature([*keyword, *more])  # type: ignore[attr-defined]
    function.__annotations__ = {**function.__annotations__, **{one.name: one.annotation for one in more}}
    return function


@_with_recipe
def train(
    model: Annotated[
        str | None, typer.Argument(metavar="MODEL", help="A file, - for standard input, or a shipped network.")
    ] = None,
    run: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Where the run lies; one that is there goes on.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="There has to be a run already: without --run the newest below runs.")
    ] = False,
    recipe: Annotated[str | None, typer.Option(metavar="FILE", help="A recipe, by file or shipped name.")] = None,
    training: Annotated[
        list[str] | None, typer.Option(metavar="KEY=VALUE", help="Any option of a recipe, as in a file.")
    ] = None,
    data_dir: Annotated[str | None, typer.Option(metavar="FOLDER", help="Where the files of data sets lie.")] = None,
    download: Annotated[bool, typer.Option("--download", help="Fetch the data set where it is missing.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look at everything, and stop before the first step.")
    ] = False,
    input: common.Inputs = None,
    variant: common.Variant = None,
    set: common.Sets = None,
    allow_outside: common.Outside = False,
    plugin: common.Plugins = None,
    **options: object,
) -> int:
    """Train a network on images: from the model file to weights, with nothing ever lost.

    Without any option it learns the digits that come with the program. A run folder that is there goes on where it
    stopped. Exit code 1 where the loss is no number or never moved.
    """
    gc.enable()
    try:
        common.load_plugins(plugin)
        sets, inputs = common.given(set, input)
        wish = api.TrainWish(
            model=model,
            run=run,
            resume=resume,
            recipe=recipe,
            options=_given(options, training or []),
            data_dir=data_dir,
            download=download,
            variant=variant,
            sets=sets,
            inputs=inputs,
            outside=allow_outside,
        )
        return _train(wish, dry_run=dry_run)
    except api.CannotRun as stopped:
        _tell_difference(stopped)
        notes = "".join([f"\n  = note: {note}" for note in stopped.problem.notes])
        raise common.fail(stopped.problem.message + notes, stopped.problem.help) from None
    except api.ModelError as wrong:
        from cnninspect.reports.findings import render

        color = common.colored("auto", error_stream=True)
        sys.stderr.write(render(wrong.findings, getattr(wrong, "sources", ()), color=color))
        return 1


def _tell_difference(stopped: api.CannotRun) -> None:
    """Show in what a run's network is another one than that which is asked for."""
    case = getattr(stopped, "case", None)
    if case is not None:
        from cnninspect.reports import diff

        sys.stderr.write(diff.render([case], diff.Style(color=common.colored("auto", error_stream=True))) + "\n")


def _given(options: Mapping[str, object], pairs: list[str]) -> dict[str, object]:
    """What the command line says of a recipe."""
    found: dict[str, object] = {}
    for name, value in options.items():
        if value is not None:
            found[name] = api.option_value(value) if isinstance(value, str) else value
    for pair in pairs:
        key, equals, value = pair.partition("=")
        name = key.strip().replace("-", "_")
        if not equals:
            raise common.fail(f"--training needs KEY=VALUE, got '{clip(pair, 40)}'", "for example --training lr=0.1")
        common.choose("--training", name, api.RECIPE_OPTIONS)
        found[name] = api.option_value(value)
    return found


def _train(wish: api.TrainWish, *, dry_run: bool) -> int:
    from cnninspect.cli.train_view import view
    from cnninspect.reports import train as report

    plan = api.plan_training(wish)
    sys.stdout.write(report.plan(plan))
    if dry_run:
        sys.stdout.write("everything fits; nothing was trained (--dry-run)\n")
        return 0
    trained = api.train_planned(plan, wish, view(plan.recipe.epochs))
    sys.stdout.write("\n" + report.summary(trained))
    sys.stdout.flush()
    for problem in trained.outcome.problems:
        notes = "".join([f"\n  = note: {note}" for note in problem.notes])
        sys.stderr.write(
            f"cnninspect: {problem.message}{notes}\n" + (f"  = help: {problem.help}\n" if problem.help else "")
        )
    if trained.outcome.reason == "signal":
        return 128 + trained.outcome.signal
    return int(bool(trained.outcome.problems))
