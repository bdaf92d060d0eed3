"""Mend model files: the edits of design rules that are certain, written into the files themselves."""

from __future__ import annotations

import os
from errno import EACCES
from os.path import realpath
from typing import TYPE_CHECKING

from cnninspect.api import checking_extends
from cnninspect.api.checking_asked import asked, excluded
from cnninspect.checks.fixing import fix as mend
from cnninspect.checks.lint import Run
from cnninspect.checks.shared import settled
from cnninspect.checks.writing import write
from cnninspect.frontends import locate
from cnninspect.frontends.config import search
from cnninspect.frontends.discover import Trouble, discover, is_model
from cnninspect.frontends.yaml.load import Family
from cnninspect.frontends.yaml.source import BadText, decoded, shown
from cnninspect.frontends.yaml.tree import Source
from cnninspect.records import Record
from cnninspect.values import Finding, Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cnninspect.api.checking_asked import Asked
    from cnninspect.api.reading import Path
    from cnninspect.checks.lint import Found
    from cnninspect.checks.shared import Reading
    from cnninspect.frontends.config.search import Config
    from cnninspect.frontends.discover import Candidate

MARK = "\ufeff"
"""What some editors put before a text; places in a file are counted without it."""


class Mended(Record):
    """A file that was changed, and what is mended in it."""

    path: str
    findings: tuple[Finding, ...]


def fix(  # noqa: PLR0913 - what a caller may ask of a check, by keyword
    paths: Sequence[Path] = (),
    *,
    config: Config | None = None,
    exclude: Sequence[str] = (),
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    outside: bool = False,
) -> tuple[list[Mended], list[Trouble]]:
    """Mend the files that a check of the same arguments would look at; those that cannot be written are troubles.

    Raises CannotRun for an option, ModelError for a configuration that is mistaken.
    """
    config = config or search.nothing()
    wanted = asked(config, select=select, ignore=ignore, outside=outside)
    given = [os.fspath(path) for path in paths] or search.below_root(config, config.settings.paths) or ["."]
    left_out = excluded(config, exclude)
    models = [one for one in discover(given, left_out).candidates if _is_model(one, wanted)]
    readers = _readers(models, wanted)
    mended, troubles = [], []
    for candidate in models:
        try:
            found = _mended(candidate.path, readers.get(realpath(candidate.path), []), wanted)
        except OSError as error:
            why = f"cannot write '{clip(candidate.path)}': {(error.strerror or str(error)).lower()}"
            troubles.append(Trouble(candidate.path, "unreadable-file", why))
        else:
            mended += [found] if found is not None else []
    return mended, troubles


def _is_model(candidate: Candidate, wanted: Asked) -> bool:
    """Whether there is a text that can be mended; what is wrong with others the check itself tells."""
    source = _source(candidate.path) if os.path.isfile(candidate.path) else None
    return source is not None and (candidate.named or is_model(source, locate.Opener(outside=wanted.outside)))


def _source(path: str) -> Source | None:
    """The text of a file; None where there is none, or no more."""
    try:
        return locate.find(path)[0]
    except Problem:
        return None


def _readers(models: Iterable[Candidate], wanted: Asked) -> dict[str, list[str]]:
    """By the real path of a file the models that extend it."""
    found: dict[str, list[str]] = {}
    for candidate in models:
        source = _source(candidate.path)
        if source is not None and "extends" in source.text:
            for reading in _looked(source, wanted)[1]:
                found.setdefault(reading.file, []).append(candidate.path)
    return found


def _looked(source: Source, wanted: Asked, changed: Source | None = None) -> tuple[list[Found], tuple[Reading, ...]]:
    """What is found in a source, and what it makes of the files that it extends, of which one may have changed."""
    plain = locate.Opener(outside=wanted.outside)

    def opener(name: str, by: Source) -> Source:
        found = plain(name, by)
        if changed is None or found.path is None or realpath(found.path) != realpath(changed.path or ""):
            return found
        return Source(found.name, changed.text, found.path)

    family = Family(source, opener)
    networks = [family.load(), *[family.load(variant) for variant in family.variants]]
    run = Run(networks, wanted.of_file(source.name)[0])
    return run.findings(), checking_extends.read(run, opener)


def _mended(path: str, readers: Sequence[str], wanted: Asked) -> Mended | None:
    """Mend one file, for all that read it; None where there is nothing to mend."""
    name, real = shown(path), realpath(path)

    def find(text: str) -> list[Finding]:
        try:
            source = decoded(name, text.encode(), path)
        except BadText as bad:
            return [Finding(bad.code, "error", bad.message, (), "", bad.span)]
        found = [(one.finding, one.made) for one in _looked(source, wanted)[0]]
        if not any(finding.edits for finding, _ in found):
            return [finding for finding, _ in found]
        known = [model for reader in readers if (model := _source(reader)) is not None]
        others = [one for model in known for one in _looked(model, wanted, source)[1]]
        return [one for one in settled(found, [one for one in others if one.file == real]) if one is not None]

    with open(path, "rb") as file:
        data = file.read()
    text = data.decode()
    mark = MARK if text.startswith(MARK) else ""
    fixed = mend(text[len(mark) :], find)
    if not fixed.mended:
        return None
    if not os.access(path, os.W_OK):
        raise PermissionError(EACCES, "it is read-only")
    write(path, (mark + fixed.text).encode())
    return Mended(path, fixed.mended)
