"""How a network is to be trained, as it is written: a model's ``training:`` section, or a recipe file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.environment import Environment, value_of
from cnninspect.frontends.yaml.evaluation import Unknown
from cnninspect.frontends.yaml.hints import near
from cnninspect.frontends.yaml.reader import read_tree
from cnninspect.frontends.yaml.tree import Enough, Mapping, Report, Scalar
from cnninspect.options import described
from cnninspect.recipe import MEANT, OPTIONS, Recipe
from cnninspect.recipe.declared import parse
from cnninspect.records import Record
from cnninspect.values import Problem, Problems, Span, clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.tree import Node, Source
    from cnninspect.values import Finding

HEADS = ("description", "model", "reference", "published")
"""What a recipe file says besides options."""


class Setting(Record):
    """One option as it was written, and where."""

    value: object
    span: Span


class Written(Record):
    """A recipe as it was written."""

    settings: dict[str, Setting]
    findings: tuple[Finding, ...]
    sources: tuple[Source, ...]
    model: str | None = None
    description: str = ""
    published: dict[str, object] = {}  # noqa: RUF012 - a default of a tuple that nobody changes


def read_settings(node: Mapping, env: Environment, report: Report) -> dict[str, Setting]:
    """The options of a ``training:`` section, each checked by itself; mistakes go into the report."""
    found: dict[str, Setting] = {}
    for key, value in node.pairs:
        option = OPTIONS.get(key.text)
        if option is None:
            guess = MEANT.get(key.text) or near(key.text, OPTIONS)
            help_ = f"did you mean '{guess}'?" if guess else f"options are {', '.join(OPTIONS)}"
            report.add(key, "unknown-option", f"training has no option '{clip(key.text)}'", help=help_)
            continue
        try:
            written = value_of(value, env, report)
            parse(option, written)
        except Unknown:
            continue
        except Problem as problem:
            report.problem(value, problem)
            continue
        found[key.text] = Setting(written, value.span)
    return found


def read_section(node: Mapping, env: Environment, report: Report) -> dict[str, Setting]:
    """The options of a model's ``training:`` section, each checked by itself and all of them together."""
    found = read_settings(node, env, report)
    if len(found) == len(node.pairs):  # what a mistake leaves out may be what the others need
        try:
            Recipe({name: setting.value for name, setting in found.items()})
        except Problems as several:
            for problem in several.problems:
                report.problem(found[problem.option or ""].span, problem)
    return found


def read_recipe(source: Source) -> Written:
    """A recipe file: options at its top level, or a ``training:`` section as a model has it."""
    report = Report()
    settings: dict[str, Setting] = {}
    heads: dict[str, object] = {}
    try:
        tree = read_tree(source, report)
        if tree is not None and not report.broken:
            settings = _settings(tree, heads, report)
    except Enough:
        pass
    model, published = heads.get("model"), heads.get("published")
    return Written(
        settings,
        tuple(report.findings),
        (source,),
        model if isinstance(model, str) else None,
        str(heads.get("description", "")),
        published if isinstance(published, dict) else {},
    )


def _settings(tree: Node, heads: dict[str, object], report: Report) -> dict[str, Setting]:
    if type(tree) is not Mapping:
        got = described(tree.value) if type(tree) is Scalar else "a list"
        help_ = "for example epochs: 10 on a line, lr: 0.01 on the next"
        report.add(tree, "not-a-recipe", f"a recipe is a mapping of options to values, got {got}", help=help_)
        return {}
    section = tree.get("training")
    if type(section) is Mapping:
        return read_settings(section, Environment({}), report)
    own = [(key, value) for key, value in tree.pairs if key.text not in HEADS]
    for key, value in tree.pairs:
        if key.text in HEADS:
            try:
                heads[key.text] = value_of(value, Environment({}), report)
            except Unknown:
                continue
    place = (tree.line, tree.column, tree.end_line, tree.end_column)
    return read_settings(Mapping(tree.source, place, own), Environment({}), report)


def option_value(text: str) -> object:
    """What a person means who writes an option on the command line: as in a YAML file, without its quotes."""
    from cnninspect.frontends.yaml.source import text_source

    report = Report()
    try:
        tree = read_tree(text_source(text, "--training"), report)
        return text if tree is None or report.findings else value_of(tree, Environment({}), report)
    except (Unknown, Enough, Problem):
        return text
