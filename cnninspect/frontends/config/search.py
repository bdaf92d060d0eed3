"""Which configuration holds: the nearest one up to the root of the repository, or the one that is named.

A file further up than the repository is another's: it could name plugins, which are run. Without a repository the
search ends at the folder that one stands in.
"""

from __future__ import annotations

import os
import sys
from os.path import dirname, exists, isfile, islink, join, realpath
from typing import TYPE_CHECKING

from cnninspect.frontends.config.places import nearest, places
from cnninspect.frontends.config.settings import Reading, Settings, Table
from cnninspect.frontends.yaml.source import BadText, read_source
from cnninspect.frontends.yaml.tree import Source
from cnninspect.records import Record
from cnninspect.values import Finding, Problem, Span, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

OWN = "cnninspect.toml"
SHARED = "pyproject.toml"
REPOSITORY = ".git"
LARGEST = 2**18
"""Bytes of the largest configuration."""


class Config(Record):
    """A configuration as far as it could be read."""

    path: str | None
    """The file, as shown; None where there is none."""
    root: str
    """The folder that paths and patterns of it start from."""
    settings: Settings
    findings: tuple[Finding, ...] = ()
    source: Source | None = None


def find(paths: Sequence[str]) -> Config:
    """The configuration of what is to be checked."""
    start = _start(paths)
    for folder in _upwards(start):
        own = join(folder, OWN)
        if isfile(own) or islink(own):  # a link that leads nowhere is told, not passed over
            return read(_short(own))
        shared = join(folder, SHARED)
        if isfile(shared):
            config = _of_pyproject(_short(shared))
            if config is not None:
                return config
    return nothing()


def nothing() -> Config:
    """No configuration at all."""
    return Config(None, "", Settings())


def below_root(config: Config, paths: Sequence[str]) -> list[str]:
    """Paths of a configuration as they are from here."""
    return [_short(join(config.root, path)) if config.root else path for path in paths]


def repository() -> str:
    """The root of the repository that one stands in; the current folder where there is none."""
    here = realpath(".")
    return next((folder for folder in _above(here) if exists(join(folder, REPOSITORY))), here)


def _above(folder: str) -> list[str]:
    """A folder and those that it lies in, the nearest first."""
    found = [folder]
    while dirname(found[-1]) != found[-1]:
        found.append(dirname(found[-1]))
    return found


def _start(paths: Sequence[str]) -> str:
    """The folder that everything given lies in."""
    given = [realpath(path) for path in paths if path != "-" and exists(path)]
    if not given:
        return realpath(".")
    try:
        common = os.path.commonpath(given)
    except ValueError:  # on several drives
        return realpath(".")
    return common if os.path.isdir(common) else dirname(common)


def _upwards(start: str) -> list[str]:
    """The folders that are looked into, the nearest first."""
    above = _above(start)
    root = next((index for index, folder in enumerate(above) if exists(join(folder, REPOSITORY))), None)
    if root is None:
        here = realpath(".")
        root = above.index(here) if here in above else 0
    return above[: root + 1]


def _short(path: str) -> str:
    """A path as a person would write it from here."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # on another drive
        return path
    return path if len(relative) > len(path) else relative


def _of_pyproject(path: str) -> Config | None:
    """The section of a pyproject.toml; None where it has none."""
    try:
        source = _source(path)
    except Problem:
        return None  # another tool's file: whoever names it is told
    if "cnninspect" not in source.text:
        return None
    found = _parsed(source, path)
    return None if found.settings is None and not found.findings else _settled(found)


def read(path: str) -> Config:
    """The configuration in a file; mistakes in it are findings, a Problem is raised where there is no file."""
    try:
        source = _source(path)
    except BadText as bad:
        if bad.code == "empty-file":
            return Config(path, dirname(path), Settings())
        finding = Finding(bad.code, "error", bad.message, bad.notes, bad.help, bad.span)
        return Config(path, dirname(path), Settings(), (finding,), Source(path, "", path))
    return _settled(_parsed(source, path))


def _source(path: str) -> Source:
    if os.path.isfile(path) and os.path.getsize(path) > LARGEST:
        message = f"'{clip(path)}' has {os.path.getsize(path):,} bytes; a configuration has at most {LARGEST:,}"
        raise Problem("file-too-large", message)
    return read_source(path, None)


class _Read(Record):
    """A text that has been parsed."""

    path: str
    source: Source
    settings: Table | None
    findings: tuple[Finding, ...] = ()


def _settled(read: _Read) -> Config:
    root = dirname(read.path)
    if read.settings is None:
        return Config(read.path, root, Settings(), read.findings, read.source)
    reading = Reading(read.settings)
    settings = reading.settings()
    findings = [
        Finding(
            wrong.problem.code, "error", wrong.problem.message, (), wrong.problem.help, read.settings.span(wrong.keys)
        )
        for wrong in reading.wrong
    ]
    ordered = sorted(findings, key=lambda finding: (finding.span.line, finding.span.column))
    return Config(read.path, root, settings, tuple(ordered), read.source)


def _parsed(source: Source, path: str) -> _Read:
    """The table that is ours, with the place of every key."""
    if sys.version_info >= (3, 11):
        from tomllib import TOMLDecodeError, loads
    else:  # pragma: no cover - the oldest Python
        from tomli import TOMLDecodeError, loads
    try:
        values: object = loads(source.text)
        found = places(source.text)
    except TOMLDecodeError as error:
        return _Read(path, source, None, _conflicts(source) or (_syntax(source, str(error)),))
    except RecursionError:
        return _Read(path, source, None, (_syntax(source, "Lists and tables nest too deeply"),))
    above: tuple[str, ...] = ("tool", "cnninspect") if os.path.basename(path) == SHARED else ()
    for key in above:
        values = values.get(key) if isinstance(values, dict) else None
    if values is None:
        return _Read(path, source, None)
    if not isinstance(values, dict):
        place = nearest(found, above)
        finding = Finding("bad-setting", "error", "tool.cnninspect must be a table", (), "", Span(source.name, *place))
        return _Read(path, source, None, (finding,))
    return _Read(path, source, Table(values, source, found, above))


def _conflicts(source: Source) -> tuple[Finding, ...]:
    """What git could not merge."""
    from cnninspect.frontends.conflicts import LEFT, REMEDY, conflicts

    spans = [Span(source.name, line, 1, line, len(text) + 1) for line, text in conflicts(source.text)]
    return tuple([Finding("config-syntax", "error", LEFT, (), REMEDY, span) for span in spans])


def _syntax(source: Source, said: str) -> Finding:
    """What Python's reader said, with the place that it names in words: ``(at line 3, column 5)``."""
    message, _, where = said.rpartition(" (at ")
    numbers = "".join([sign if sign.isdecimal() else " " for sign in where]).split()
    last = source.text.count("\n") + 1
    line, column = (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (last, 1)  # noqa: PLR2004 - line, column
    message = message or said
    return Finding(
        "config-syntax",
        "error",
        f"this is no TOML: {message[:1].lower()}{clip(message[1:], 200)}",
        (),
        "",
        Span(source.name, line, column, line, column + 1),
    )
