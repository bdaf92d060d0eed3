"""Mend model files: the edits of design rules that are certain, written into the files themselves."""

from __future__ import annotations

import os
from errno import EACCES
from typing import TYPE_CHECKING

from cnninspect.api.checking_asked import asked
from cnninspect.checks.fixing import fix as mend
from cnninspect.checks.lint import lint
from cnninspect.checks.writing import write
from cnninspect.frontends import locate
from cnninspect.frontends.config import search
from cnninspect.frontends.discover import Trouble, discover, from_here, is_model
from cnninspect.frontends.yaml.load import Family
from cnninspect.frontends.yaml.source import BadText, decoded
from cnninspect.records import Record
from cnninspect.values import Finding, Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.api.checking_asked import Asked
    from cnninspect.frontends.config.search import Config
    from cnninspect.frontends.discover import Candidate

MARK = "\ufeff"
"""What some editors put before a text; places in a file are counted without it."""


class Mended(Record):
    """A file that was changed, and what is mended in it."""

    path: str
    findings: tuple[Finding, ...]


def fix(  # noqa: PLR0913 - what a caller may ask of a check, by keyword
    paths: Sequence[str] = (),
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
    given = [*paths] or search.below_root(config, config.settings.paths) or ["."]
    mended, troubles = [], []
    left_out = [*config.settings.exclude, *[from_here(pattern, config.root) for pattern in exclude]]
    for candidate in discover(given, left_out, root=config.root).candidates:
        try:
            found = _mended(candidate, wanted)
        except OSError as error:
            why = f"cannot write '{clip(candidate.path)}': {(error.strerror or str(error)).lower()}"
            troubles.append(Trouble(candidate.path, "unreadable-file", why))
        else:
            mended += [found] if found is not None else []
    return mended, troubles


def _mended(candidate: Candidate, wanted: Asked) -> Mended | None:
    """Mend one file; None where there is nothing to mend, or it is no file of a model."""
    path = candidate.path
    if not os.path.isfile(path):
        return None
    opener = locate.Opener(outside=wanted.outside)
    try:
        source, _ = locate.find(path)
        if not candidate.named and not is_model(source, opener):
            return None
    except Problem:  # which the check itself tells
        return None
    selection, _ = wanted.of_file(source.name)

    def find(text: str) -> list[Finding]:
        try:
            family = Family(decoded(source.name, text.encode(), path), locate.Opener(outside=wanted.outside))
        except BadText as bad:
            return [Finding(bad.code, "error", bad.message, (), "", bad.span)]
        return lint([family.load(), *[family.load(variant) for variant in family.variants]], selection)

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
