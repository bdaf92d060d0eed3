"""The recipe of a training: an option's default, the model's section, a recipe file, the caller's own, in that order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cnninspect.api.reading import CannotRun, ModelError
from cnninspect.records import Record
from cnninspect.values import Finding, Problem, Problems, clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cnninspect.frontends.yaml.recipes import Setting, Written
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.recipe import Recipe

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "recipes")


class Shipped(Record):
    """A recipe that comes with the program."""

    name: str
    path: str


class WrongRecipe(ModelError):
    """A recipe has mistakes, in the files that ``sources`` are."""

    def __init__(self, findings: tuple[Finding, ...], sources: tuple[Source, ...]) -> None:
        super().__init__(findings)
        self.sources = sources


def shipped_recipes() -> list[Shipped]:
    """Every recipe that comes with the program."""
    names = sorted(name for name in os.listdir(HERE) if name.endswith(".yaml"))
    return [Shipped(name[:-5], os.path.join(HERE, name)) for name in names]


def read_recipe_file(name: str) -> Written:
    """A recipe by path or shipped name; raises CannotRun where there is none, WrongRecipe where it has mistakes."""
    from cnninspect.frontends.yaml.hints import near
    from cnninspect.frontends.yaml.recipes import read_recipe
    from cnninspect.frontends.yaml.source import BadText, read_source

    known = {recipe.name: recipe.path for recipe in shipped_recipes()}
    beside = os.path.lexists(name) and not os.path.isdir(name)
    path = name if beside and name not in known else known.get(name)
    if path is None:
        guess = near(name, known)
        advice = f"did you mean '{guess}'?" if guess else f"shipped are {', '.join(known)}"
        raise CannotRun(Problem("file-not-found", f"there is no recipe called '{clip(name)}'", help=advice))
    try:
        found = read_recipe(read_source(path, None))
    except BadText as bad:
        finding = Finding(bad.code, "error", bad.message, bad.notes, bad.help, bad.span)
        raise WrongRecipe((finding,), ()) from None
    except Problem as problem:
        raise CannotRun(problem) from None
    if any(finding.severity == "error" for finding in found.findings):
        raise WrongRecipe(found.findings, found.sources)
    return found


def default_recipe(layers: Iterable[Mapping[str, Setting]], options: Mapping[str, object]) -> Mapping[str, Setting]:
    """What stands below everything that is said: the recipe that comes with the data set's name, where one does.

    Of it those options are left out that do not go with what is said: nobody wrote them.
    """
    from cnninspect.recipe import OPTIONS, Recipe

    said = {name: setting.value for layer in layers for name, setting in layer.items()} | dict(options)
    name = f"default_{said.get('data', OPTIONS['data'].default)}"
    if name not in [recipe.name for recipe in shipped_recipes()]:
        return {}
    settings = read_recipe_file(name).settings
    try:
        Recipe({name: setting.value for name, setting in settings.items()} | said)
    except Problems as several:
        clashing = {problem.option for problem in several.problems} - said.keys()
        return {name: setting for name, setting in settings.items() if name not in clashing}
    return settings


def recipe_of(
    layers: Iterable[Mapping[str, Setting]], options: Mapping[str, object], sources: tuple[Source, ...] = ()
) -> Recipe:
    """The recipe of some files, weakest first, and of options over them.

    Raises WrongRecipe where what files say does not go together, CannotRun where the options do not.
    """
    from cnninspect.recipe import Recipe

    settings: dict[str, Setting] = {}
    for layer in layers:
        settings.update(layer)
    given = {name: setting.value for name, setting in settings.items()} | dict(options)
    try:
        return Recipe(given)
    except Problems as several:
        written = [problem for problem in several.problems if (problem.option or "") not in options]
        placed = [(problem, settings[problem.option or ""]) for problem in written if problem.option in settings]
        if len(placed) == len(several.problems):
            found = [Finding(one.code, one.severity, one.message, one.notes, one.help, at.span) for one, at in placed]
            raise WrongRecipe(tuple(found), sources) from None
        raise CannotRun(_together(several.problems, options)) from None


def _together(problems: tuple[Problem, ...], options: Mapping[str, object]) -> Problem:
    """One problem that says all of them, each with the option of the command line that it is about."""
    texts = [_said(problem, options) for problem in problems]
    helps = [problem.help for problem in problems if problem.help]
    return Problem("bad-value", "\n".join(texts), help="; ".join(dict.fromkeys(helps)))


def _said(problem: Problem, options: Mapping[str, object]) -> str:
    option = problem.option or ""
    return f"--{option.replace('_', '-')}: {problem.message}" if option in options else problem.message
