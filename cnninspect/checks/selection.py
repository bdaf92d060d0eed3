"""Which findings are wanted: chosen and left out by code, for all files or for some, with a severity of one's own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SEVERITIES = ("error", "warning", "note")
"""What a finding may be, the gravest first."""
OFF = "off"
"""The word of a severity map for a finding that is not wanted."""


class Override(Record):
    """What is different for the files that one of the globs matches."""

    files: tuple[str, ...]
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, str] = {}


class Selection(Record):
    """Which findings are wanted, and how grave they are.

    A pattern is a code, a glob (``*-padding``) or the first words of codes (``unused`` for ``unused-param``). Where
    select and ignore both match, the longer pattern wins, then ignore; of several overrides the last that matches.
    """

    select: tuple[str, ...] = ("*",)
    ignore: tuple[str, ...] = ()
    severities: Mapping[str, str] = {}
    """By pattern ``error``, ``warning``, ``note`` or ``off``."""
    overrides: tuple[Override, ...] = ()
    asked: Override = Override(())
    """What is selected and ignored over all that, in every file: what somebody asks this once."""

    def patterns(self) -> Iterator[str]:
        """Every pattern of a code that it was given."""
        yield from (*self.select, *self.ignore, *self.severities, *self.asked.select, *self.asked.ignore)
        for part in self.overrides:
            yield from (*part.select, *part.ignore, *part.severities)

    def severity(self, code: str, usual: str, file: str) -> str | None:
        """How grave a finding of that code is in a file; None where it is not wanted."""
        wanted = _chosen(code, self.select, self.ignore)
        found = _last(code, self.severities) or usual
        for override in self.overrides:
            if any(matches(file, glob) for glob in override.files):
                chosen = _chosen(code, override.select, override.ignore)
                wanted = wanted if chosen is None else chosen
                found = _last(code, override.severities) or found
        chosen = _chosen(code, self.asked.select, self.asked.ignore)
        if chosen is not None or self.asked.select:
            wanted = chosen
        return found if wanted and found != OFF else None


EVERYTHING = Selection()


def _chosen(code: str, select: Sequence[str], ignore: Sequence[str]) -> bool | None:
    """Whether the longest pattern that matches is one of select; None where none matches."""
    taken = max([len(pattern) for pattern in select if names(pattern, code)], default=-1)
    left = max([len(pattern) for pattern in ignore if names(pattern, code)], default=-1)
    return None if taken == left == -1 else taken > left


def _last(code: str, severities: Mapping[str, str]) -> str | None:
    """The severity by the longest pattern that matches."""
    found = [pattern for pattern in severities if names(pattern, code)]
    return severities[max(found, key=len)] if found else None


@lru_cache(maxsize=4096)
def names(pattern: str, code: str) -> bool:
    """Whether a pattern means a code."""
    return pattern == code or code.startswith(f"{pattern}-") or matches(code, pattern)


def matches(text: str, glob: str) -> bool:
    """Whether a text is what a glob describes: ``*`` is anything but ``/``, ``**`` anything, ``?`` one sign.

    A glob without ``/`` is held against the last part of a path.
    """
    text = text.replace("\\", "/").removeprefix("./")
    return _fits(text if "/" in glob else text.rpartition("/")[2], glob.removeprefix("./"))


def _fits(text: str, glob: str) -> bool:
    """One row of the table of which beginnings of the text each beginning of the glob fits, after the other."""
    fits = [True, *[False] * len(text)]
    at = 0
    while at < len(glob):
        sign = glob[at]
        deep = glob.startswith("**", at)
        at += 3 if glob.startswith("**/", at) else 2 if deep else 1
        row = [fits[0] and sign == "*", *[False] * len(text)]
        for place, letter in enumerate(text, 1):
            if sign == "*":
                row[place] = fits[place] or (row[place - 1] and (deep or letter != "/"))
            else:
                row[place] = fits[place - 1] and (letter == sign or (sign == "?" and letter != "/"))
        if deep and glob[at - 1] == "/":  # ``**/`` ends where a folder does
            row = [row[place] and (place == 0 or text[place - 1] == "/") for place in range(len(row))]
        fits = row
    return fits[-1]


CHOICE = "cnninspect lint-rules lists them; mistakes of a model and budgets that are broken always count"
"""What helps where no code is near: one of a mistake may be meant."""


def unknown(patterns: Iterable[str], codes: Iterable[str]) -> list[Problem]:
    """A problem for each pattern that means none of the codes, with the nearest one."""
    known = sorted(set(codes))
    return [
        Problem(
            "unknown-rule",
            f"no finding that can be chosen is called '{clip(pattern, 40)}'",
            help=nearest(pattern, known),
        )
        for pattern in dict.fromkeys(patterns)
        if not any(names(pattern, code) for code in known)
    ]


def nearest(pattern: str, known: Sequence[str]) -> str:
    """What was probably meant."""
    from difflib import get_close_matches

    close = get_close_matches(pattern[:80], known, 1)
    return f"did you mean '{close[0]}'?" if close else CHOICE
