"""The log of a run: a line of JSON for each epoch, and the same as a table.

``metrics.jsonl`` is what counts: a line is written whole, or is mended when the run goes on. ``metrics.csv`` follows
from it. A number that is none (a loss that is not finite) is null in the one and empty in the other.
"""

from __future__ import annotations

import json
import os
from math import isfinite
from typing import TYPE_CHECKING, Any

from cnninspect.training import durable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LINES, TABLE = "metrics.jsonl", "metrics.csv"
STEP = "step"
"""The field by which a record belongs to a position."""
LONGEST = 2**20
"""A line that is longer is none of a log."""

Entry = dict[str, Any]


class Log:
    """Appends to the log of a run."""

    def __init__(self, folder: str) -> None:
        self._lines = os.path.join(folder, LINES)
        self._table = os.path.join(folder, TABLE)
        self._columns: list[str] = []

    def rewind(self, step: int, epochs: int | None = None) -> None:
        """Drop what was logged after a step, and a line that was not written whole; raises Problem.

        A state may be of an epoch's last step and yet from before the epoch was judged: with only so many whole epochs
        the lines of later ones go as well.

        The log is then that of a run which was never stopped.
        """
        found = read(self._lines)
        kept = [entry for entry in found if entry[STEP] <= step and not _later(entry, epochs)]
        try:
            if os.path.exists(self._lines) or kept:
                durable.replace_text(self._lines, "".join([_line(entry) for entry in kept]))
            self._columns = []
            self._rewrite(kept)
        except OSError as error:
            raise durable.unwritable(self._lines, error) from None

    def write(self, entry: Mapping[str, object]) -> None:
        """Append a record; it has the step that it belongs to. Raises Problem."""
        path = self._lines
        plain: Entry = {key: _plain(value) for key, value in entry.items()}
        try:
            _append(path, _line(plain))
            path = self._table
            if self._columns == list(plain):
                _append(path, _row(plain[name] for name in self._columns))
            else:
                self._rewrite(read(self._lines))
        except OSError as error:
            raise durable.unwritable(path, error) from None

    def sync(self) -> None:
        """Flush it to the disk; raises OSError."""
        if os.path.exists(self._lines):
            with open(self._lines, "rb") as file:
                os.fsync(file.fileno())

    def _rewrite(self, entries: Sequence[Entry]) -> None:
        """Write the table anew: every field that any record has is a column."""
        self._columns = list(dict.fromkeys([name for entry in entries for name in entry]))
        rows = [_row(self._columns), *[_row(entry.get(name) for name in self._columns) for entry in entries]]
        if entries or os.path.exists(self._table):
            durable.replace_text(self._table, "".join(rows if entries else []))


def read(path: str) -> list[Entry]:
    """The records of a log, without lines that are none; no records where there is no file. Raises OSError."""
    try:
        with open(path, "rb") as file:
            return [entry for entry in map(_entry, file) if entry is not None]
    except FileNotFoundError:
        return []


def _entry(line: bytes) -> Entry | None:
    if len(line) > LONGEST or not line.endswith(b"\n"):
        return None
    try:
        found = parse(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and type(found.get(STEP)) is int else None


def parse(text: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """A value of JSON in which every number is finite: others are None. Raises ValueError and RecursionError."""
    return json.loads(text, parse_constant=_nothing, parse_float=_finite)


def _nothing(word: str) -> None:
    del word


def _finite(text: str) -> float | None:
    number = float(text)
    return number if isfinite(number) else None


def _later(entry: Entry, epochs: int | None) -> bool:
    number = entry.get("epoch")
    return epochs is not None and type(number) is int and number > epochs


def _append(path: str, text: str) -> None:
    """Append in one write: what is killed before it leaves nothing, what is killed after it leaves all."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        data = memoryview(text.encode("utf-8"))
        while data:
            data = data[os.write(handle, data) :]
    finally:
        os.close(handle)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    return value


def _line(entry: Mapping[str, object]) -> str:
    return json.dumps(entry, ensure_ascii=False, allow_nan=False) + "\n"


def _row(values: Iterable[object]) -> str:
    return ",".join([_cell(value) for value in values]) + "\n"


def _cell(value: object) -> str:
    """RFC 4180: a text with a comma, a quote or a line is quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "" if value is None else str(value)
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text
