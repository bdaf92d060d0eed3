"""Where a model comes from: a file, standard input, or the networks that come with the program."""

from __future__ import annotations

import os
import sys
from os.path import abspath, dirname, exists, isdir, isfile, join, realpath
from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.source import near_file, read_source, text_source
from cnninspect.frontends.yaml.tree import Source
from cnninspect.values import Finding, Problem, clip

if TYPE_CHECKING:
    from cnninspect.frontends.yaml.load import Loaded
    from cnninspect.frontends.yaml.source import BadText

_HERE = dirname(dirname(abspath(__file__)))


def zoo_folder() -> str:
    """Where the shipped networks lie: inside the installed package, beside it in a checkout."""
    installed = join(_HERE, "architectures")
    return installed if isdir(installed) else join(dirname(_HERE), "architectures")


def zoo_files() -> list[str]:
    """Every shipped file."""
    folder = zoo_folder()
    names = sorted(name for name in os.listdir(folder) if name.endswith(".yaml")) if isdir(folder) else []
    return [join(folder, name) for name in names]


def find(model: str, text: str | None = None) -> tuple[Source, str | None]:
    """The source of a model, and the variant where a shipped variant's name was given; raises Problem."""
    if text is not None:
        return text_source(text, model), None
    if model == "-":
        return read_source(model, sys.stdin), None
    there = os.path.lexists(model)
    shipped = _shipped(model) if not there or isdir(model) else None  # a folder of that name hides no network
    if shipped is None and not there and model.lower() != model:
        shipped = _shipped(model.lower())
    if shipped is not None:
        return shipped
    if there:
        return read_source(model, sys.stdin), None
    raise _missing(model)


def _shipped(name: str) -> tuple[Source, str | None] | None:
    if not name or "/" in name or "\\" in name or name.startswith("."):
        return None
    path = join(zoo_folder(), f"{name}.yaml")
    if isfile(path):
        return open_shipped(path), None
    marks = (f"\n  {name}:", f"\n  ? {name}")
    for path in zoo_files():
        source = open_shipped(path)
        start = source.text.find("\nvariants:")
        if start >= 0 and any(source.text.find(mark, start) >= 0 for mark in marks) and name in variants_of(source):
            return source, name
    return None


def open_shipped(path: str) -> Source:
    """The source of a shipped file, called by its bare name."""
    source = read_source(path, None)
    source.name = os.path.basename(path)
    return source


def variants_of(source: Source) -> list[str]:
    """The variants that a source itself declares."""
    from cnninspect.frontends.yaml.reader import read_tree
    from cnninspect.frontends.yaml.tree import Mapping, Report

    tree = read_tree(source, Report())
    variants = tree.get("variants") if type(tree) is Mapping else None
    if type(variants) is not Mapping or type(tree) is not Mapping:
        return []
    extends = tree.get("extends") is not None  # an empty variant takes an inherited one away
    return [key.text for key, node in variants.pairs if not extends or getattr(node, "value", node) is not None]


def shipped_names() -> list[str]:
    """Every name that can be given for a shipped network: the files and their variants."""
    names: list[str] = []
    for path in zoo_files():
        names += [os.path.basename(path)[:-5], *variants_of(open_shipped(path))]
    return names


def _missing(model: str) -> Problem:
    from cnninspect.frontends.yaml.hints import near

    looks_like_path = "/" in model or model.endswith((".yaml", ".yml"))
    if looks_like_path:
        stem = os.path.splitext(os.path.basename(model))[0].lower()
        shipped = f"{stem} is shipped: write {stem} alone" if _shipped(stem) is not None else ""
        return Problem("file-not-found", f"there is no file '{clip(model)}'", help=shipped or near_file(model))
    beside = next((model + suffix for suffix in (".yaml", ".yml") if isfile(model + suffix)), None)
    if beside is not None:
        missing = f"there is no file and no shipped network called '{clip(model)}'"
        return Problem("file-not-found", missing, help=f"did you mean '{clip(beside)}'?")
    guess = near(model.lower().replace("-", "_"), shipped_names())
    return Problem(
        "file-not-found",
        f"there is no file and no shipped network called '{clip(model)}'",
        help=f"did you mean '{guess}'?" if guess else "cnninspect zoo lists the networks that are shipped",
    )


class Opener:
    """Finds what ``extends:`` names: a file inside the model's own folder, or a shipped network."""

    def __init__(self, *, outside: bool = False) -> None:
        self.outside = outside
        self.tree: str | None = None

    def __call__(self, name: str, by: Source) -> Source:
        base = dirname(realpath(by.path)) if by.path else os.getcwd()
        if self.tree is None:
            self.tree = base
        path = realpath(join(base, name))
        inside = path.startswith(self.tree.rstrip(os.sep) + os.sep)
        if not inside and not self.outside and dirname(path) != realpath(zoo_folder()):
            raise Problem(  # whether such a file exists is not for this model to learn
                "extends-outside",
                f"'{clip(name)}' lies outside the model's folder",
                help="only files below the model's own folder are followed; --allow-outside lifts that",
            )
        if not exists(path):
            shipped = shipped_base(name)
            if shipped is None:
                raise _nothing_to_extend(name, base)
            return shipped
        source = read_source(path, None)
        source.name = join(dirname(by.name), name)
        return source


def shipped_base(name: str) -> Source | None:
    """The shipped network of a name that a model extends, None where there is none; raises Problem for a variant."""
    shipped = _shipped(name)
    if shipped is None or shipped[1] is None:
        return None if shipped is None else shipped[0]
    raise Problem(
        "extends-not-found",
        f"'{clip(name)}' is a variant",
        help=f"extend {shipped[0].name[:-5]} and set its params",
    )


def _nothing_to_extend(name: str, base: str) -> Problem:
    from cnninspect.frontends.yaml.hints import near

    files = [entry for entry in os.listdir(base) if entry.endswith((".yaml", ".yml"))] if isdir(base) else []
    shipped = [os.path.basename(path)[:-5] for path in zoo_files()]
    stems = {os.path.splitext(entry)[0]: entry for entry in [*files[:1000], *shipped]}
    guess = near(os.path.splitext(name)[0] if name.endswith((".yaml", ".yml")) else name, stems)
    return Problem(
        "extends-not-found",
        f"there is no file and no shipped network called '{clip(name)}'",
        help=f"did you mean '{clip(stems[guess])}'?" if guess else f"looked in {clip(base)}",
    )


def broken(model: str, problem: BadText) -> Loaded:
    """A model whose content cannot even be read as text."""
    from cnninspect.frontends.yaml.load import Loaded

    finding = Finding(problem.code, "error", problem.message, problem.notes, problem.help, problem.span)
    return Loaded(None, (finding,), (Source(model, ""),))
