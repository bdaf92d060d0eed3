"""What names mean, and the indexes behind them: ``$width``, ``$prev.channels``, ``$table.$i.0``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.frontends.yaml.evaluation import ExpressionError, told
from cnninspect.options import as_int
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnninspect.frontends.yaml.evaluation import Environment, Part, Place, Run

MOST_LISTED = 8
"""Names that help lists where none is near."""
MOST_COMPARED = 200
"""Names that a mistyped one is compared with: a file of 100,000 names is not worth a second each."""
MEANT = {"True": "true", "TRUE": "true", "False": "false", "FALSE": "false", "None": "null", "NULL": "null"}


def name(word: str, place: Place, *, dollar: bool) -> Run:
    """The value that the environment gives to a name."""

    def run(env: Environment) -> object:
        try:
            return env.lookup(word)
        except KeyError:
            pass
        hint = name_help(word, sorted({*env.names()}), dollar=dollar)
        raise place.wrong(f"nothing here is called '{clip(word)}'", help=hint, code="unknown-name")

    return run


def name_help(word: str, known: list[str], *, dollar: bool) -> str:
    """What was probably meant by an unknown name."""
    from cnninspect.frontends.yaml.functions import FUNCTIONS

    if not dollar and word in MEANT:
        return f"write {MEANT[word]}"
    if not dollar and word in FUNCTIONS:
        return f"{word} is a function: write {word}(…)"
    nearest = near(word, known)
    if nearest:
        return f"did you mean '${nearest}'?"
    listed = ", ".join(f"${one}" for one in known[:MOST_LISTED]) + (", …" if len(known) > MOST_LISTED else "")
    names = f"the names here are {clip(listed, 120)}" if known else "no name has a value here"
    return names if dollar else f"{names}; a text stands in quotes: '{clip(word)}'"


def near(word: str, known: list[str]) -> str:
    """The known name most like a mistyped one, empty where none is."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(word[:80], known[:MOST_COMPARED], 1)), "")


def path(root: Part, keys: Sequence[Part]) -> Run:
    """``$table.$i.0``: into lists by position, into mappings and groups by name."""
    start = root.run
    steps = [(key.run, key) for key in keys]

    def run(env: Environment) -> object:
        value = start(env)
        for find, key in steps:
            value = item(value, find(env), key)
        return value

    return run


def item(value: object, key: object, part: Part) -> object:
    """One step into a value."""
    if isinstance(value, (list, tuple)):
        return element(value, key, part)
    index = as_int(key)
    if index is None and not isinstance(key, str):
        raise part.wrong(f"an index is a whole number or a text, got {told(key)}")
    entry = str(key if index is None else index)
    if isinstance(value, dict):
        if entry in value:
            return value[entry]
        nearest = near(entry, list(value))
        hint = f"did you mean '{nearest}'?" if nearest else f"it has {clip(', '.join(value)) or 'none'}"
        raise part.wrong(f"the mapping has no entry '{clip(entry)}'", help=hint, code="unknown-name")
    field = getattr(value, "field", None)
    if field is None:
        raise part.wrong(f"there is no '.{clip(entry)}' in {told(value)}")
    try:
        found: object = field(entry)
    except Problem as problem:
        code, what, notes = problem.code, problem.message, problem.notes
        raise ExpressionError(code, what, part.start, part.end, help=problem.help, notes=notes) from None
    return found


def element(values: Sequence[object], key: object, part: Part) -> object:
    """One element of a list; indexes count from 0 and never from the end."""
    index = as_int(key)
    if index is None:
        raise part.wrong(f"a list is indexed by a whole number, got {told(key)}", help="the first element is .0")
    if 0 <= index < len(values):
        return values[index]
    last = len(values) - 1
    hint = f"indexes count from 0 to {last}" if last > 0 else "the only index is 0" if last == 0 else ""
    raise part.wrong(f"index {clip(index, 24)} is outside the list of {len(values)}", help=hint)
