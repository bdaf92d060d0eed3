"""What is known of files from an earlier check: a file that says the same is not looked at again.

Only where there are many files, and never in the repository: what lies there is somebody's who could make a model look
clean. A file is kept by its text. What else its findings follow from is in the name of the kept file: the program,
the configuration, the options, the folder. What follows from other files or packages (extends, plugins, devices, the
lock file) and whatever has an error is looked at every time.
"""

from __future__ import annotations

import os
import sys
from os.path import dirname, expanduser, join, realpath
from typing import TYPE_CHECKING, Any

from cnninspect.api.checked import File, Model, Told
from cnninspect.checks.budget_figures import Share
from cnninspect.checks.budgets import Verdict
from cnninspect.values import Edit, Finding, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cnninspect.api.checking_asked import Asked
    from cnninspect.api.checking_file import Outcome

MANY = 64
"""Files from which on it pays to remember."""
MOST_KEPT = 20
"""Checks that are remembered; the oldest one goes."""
VARIABLE = "CNNINSPECT_CACHE"
"""Another folder; nothing is remembered where it is empty."""
PREFIX = "check-"
RECORDS: dict[str, type] = {kind.__name__: kind for kind in (File, Model, Told, Finding, Span, Edit, Verdict, Share)}
TIMES = "latency_estimate"
"""A figure that follows from a device, which is another file."""

Known = dict[str, tuple[str, Any]]
"""By path the key of the text, and what became of it."""


class Cache:
    """What is remembered of one check."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.known = _read(path)

    def keep(self, paths: Iterable[str], outcomes: Iterable[Outcome]) -> None:
        """Remember what became of files, and write that down where anything is new."""
        new: Known = {}
        for path, outcome in zip(paths, outcomes, strict=True):
            if outcome.key:
                old = self.known.get(path)
                same = old is not None and old[0] == outcome.key
                new[path] = old if same and old is not None else (outcome.key, encoded(outcome.file))
        if new != self.known:
            _write(self.path, new)


def find(asked: Asked, files: int, *, plugins: bool) -> Cache | None:
    """What is remembered of such a check; None where nothing is to be."""
    folder = _folder()
    if files < MANY or plugins or asked.baseline is not None or not folder:
        return None
    return Cache(join(folder, f"{PREFIX}{_name(asked)}.json"))


def key(text: str, *, named: bool) -> str:
    """What tells one text from another."""
    from hashlib import sha256

    return sha256(f"{int(named)}{text}".encode("utf-8", "surrogatepass")).hexdigest()


def lasts(text: str, file: File | None) -> bool:
    """Whether what became of a file follows from its own text alone."""
    from cnninspect import layers

    if "extends" in text or layers.foreign():
        return False
    return file is None or not any(
        model.counts[0] or any(verdict.metric == TIMES for verdict in model.verdicts) for model in file.models
    )


# --- where -------------------------------------------------------------------------------


def _folder() -> str:
    told = os.environ.get(VARIABLE)
    if told is not None:
        return told
    homes = {"win32": os.environ.get("LOCALAPPDATA", ""), "darwin": join(expanduser("~"), "Library", "Caches")}
    home = homes.get(sys.platform, os.environ.get("XDG_CACHE_HOME") or join(expanduser("~"), ".cache"))
    return join(home, "cnninspect") if os.path.isabs(home) else ""


def _name(asked: Asked) -> str:
    """A name that follows from everything but the files."""
    from hashlib import sha256

    config = "" if asked.config is None else asked.config.name + asked.config.text
    parts = [
        *(sys.version, realpath("."), realpath(asked.root or "."), str(asked.outside), config),
        *(repr(asked.selection), repr(asked.budgets), *_program(dirname(dirname(__file__)))),
    ]
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _program(folder: str) -> Iterator[str]:
    """Every file of the package, how large it is and when it was written: another program finds other things."""
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _program(entry.path)
            else:
                found = entry.stat()
                yield f"{entry.path} {found.st_size} {found.st_mtime_ns}"


def _read(path: str) -> Known:
    from hashlib import sha256
    from json import loads

    try:
        with open(path, "rb") as file:
            digest, _, text = file.read().partition(b"\n")
    except OSError:
        return {}
    if digest.decode("ascii", "replace") != sha256(text).hexdigest():
        return {}  # torn or spoiled: everything is looked at
    return {name: (key, data) for name, (key, data) in loads(text).items()}


def _write(path: str, known: Known) -> None:
    """Written beside it, then renamed; where that cannot be done nothing is remembered."""
    from hashlib import sha256
    from json import dumps
    from tempfile import mkstemp

    folder = dirname(path)
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, temporary = mkstemp(prefix=".check-", dir=folder)
        try:
            text = dumps(known, separators=(",", ":")).encode("ascii")
            with os.fdopen(handle, "wb") as file:
                file.write(sha256(text).hexdigest().encode("ascii") + b"\n" + text)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        _prune(folder)
    except OSError:
        pass


def _prune(folder: str) -> None:
    with os.scandir(folder) as entries:
        found = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if entry.name.startswith(PREFIX)]
    for _, path in sorted(found)[:-MOST_KEPT]:
        os.unlink(path)


# --- records as JSON ---------------------------------------------------------------------


def encoded(value: object) -> Any:  # noqa: ANN401 - whatever JSON has
    """A value of records, tuples, mappings and plain values as JSON has it, with the kind of each in front."""
    if isinstance(value, tuple) and type(value).__name__ in RECORDS:
        return [type(value).__name__, *[encoded(part) for part in value]]
    if isinstance(value, tuple):
        return ["(", *[encoded(part) for part in value]]
    if isinstance(value, list):
        return ["[", *[encoded(part) for part in value]]
    if hasattr(value, "items"):
        return ["{", *[part for pair in value.items() for part in map(encoded, pair)]]
    return value


def decoded(data: Any) -> Any:  # noqa: ANN401 - whatever JSON has
    """The value again."""
    if type(data) is not list:
        return data
    kind = data[0]
    parts = [decoded(part) if type(part) is list else part for part in data[1:]]
    if kind == "(":
        return tuple(parts)
    if kind == "[":
        return parts
    if kind == "{":
        return dict(zip(parts[::2], parts[1::2], strict=True))
    return RECORDS[kind](*parts)
