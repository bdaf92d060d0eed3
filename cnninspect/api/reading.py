"""Find a model, read it, and what is raised where that cannot be done."""

from __future__ import annotations

from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnninspect.frontends.yaml.load import Family as Opened
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.tree import Source
    from cnninspect.ir import Graph
    from cnninspect.values import Finding, Shape

Path = str | PathLike[str]
"""How a file is named; a name of a network or of a device may stand for one."""


class ModelError(Exception):
    """A model has mistakes; ``findings`` holds every one of them with its place."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        first = next((finding for finding in findings if finding.severity == "error"), findings[0])
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"{first.span}: {first.message}{more}")
        self.findings = findings


class CannotRun(Exception):
    """The work could not be begun: no such file, an unreadable one, an unknown name."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def read(  # noqa: PLR0913 - what a caller may ask of a model, by keyword
    model: Path,
    *,
    variant: str | None = None,
    sets: Mapping[str, object] | None = None,
    inputs: Mapping[str | None, Shape] | None = None,
    text: str | None = None,
    outside: bool = False,
) -> Loaded:
    """Read a model by path, ``-`` or shipped name; mistakes in it are findings, CannotRun is raised for the rest.

    ``text`` is read instead of a file where it is given, ``model`` then being what to call it.
    """
    from cnninspect.frontends import locate
    from cnninspect.frontends.yaml.load import Wanted, load
    from cnninspect.frontends.yaml.source import BadText

    model = fspath(model)
    try:
        source, chosen = find_source(model, variant, text)
    except BadText as bad:
        return locate.broken(model, bad)
    return load(source, Wanted(chosen, sets or {}, inputs or {}), locate.Opener(outside=outside))


def find_source(model: str, variant: str | None, text: str | None) -> tuple[Source, str | None]:
    """The source of a model and which variant of it is asked for; raises CannotRun and BadText."""
    from cnninspect.frontends import locate
    from cnninspect.frontends.yaml.source import BadText

    try:
        source, shipped_variant = locate.find(model, text)
    except BadText:
        raise
    except Problem as problem:
        raise CannotRun(problem) from None
    if variant is not None and shipped_variant is not None and variant != shipped_variant:
        raise CannotRun(
            Problem(
                "unknown-variant",
                f"'{clip(model)}' is a variant itself, of {source.name}",
                help=f"ask for {clip(variant)} alone, or for --variant {clip(variant)} of {source.name[:-5]}",
            ),
        )
    return source, shipped_variant if variant is None else variant


def load(model: Path, /, *, variant: str | None = None, input: Shape | None = None, **params: object) -> Graph:
    """The graph of a model file or shipped network; ``params`` replace the file's params of those names.

    Raises ModelError with every finding if the model has a mistake, CannotRun if there is nothing to read.
    """
    loaded = read(model, variant=variant, sets=params, inputs={None: input} if input else {})
    if loaded.graph is None or any(finding.severity == "error" for finding in loaded.findings):
        raise ModelError(loaded.findings)
    return loaded.graph


def graph_of(model: Path | Graph, /, **wanted: Any) -> Graph:  # noqa: ANN401 - those of load
    """A graph as it is, or what ``load`` makes of a name or path."""
    return load(model, **wanted) if isinstance(model, (str, PathLike)) else model


def load_plugin(module: str) -> None:
    """Import a module that defines layers, so that models may use them; CannotRun where that fails."""
    from cnninspect import layers

    try:
        layers.load_plugin(module)
    except Problem as problem:
        raise CannotRun(problem) from None


class Shipped(Record):
    """A network that comes with the package, or one of its variants."""

    name: str
    family: str
    path: str
    variant: str | None
    opened: Opened
    """Its file, which has been read."""

    def read(self) -> Loaded:
        """The network; as quick as can be where many of a file are read."""
        return self.opened.load(self.variant)


def shipped() -> list[Shipped]:
    """Every network that comes with the package: each file, then its variants."""
    from cnninspect.frontends import locate
    from cnninspect.frontends.yaml.load import Family

    found = []
    for path in locate.zoo_files():
        family = path.replace("\\", "/").rpartition("/")[2][:-5]
        opened = Family(locate.open_shipped(path), locate.Opener())
        found.append(Shipped(family, family, path, None, opened))
        found += [Shipped(name, family, path, name, opened) for name in opened.variants if name != family]
    return found
