"""The lock file: what every network of a repository costs today, so that none grows unnoticed.

It is JSON with a block of lines for each network, sorted, without anything that changes by itself; the version stands
last, so that every block ends alike and two branches that touch different networks merge by themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

SCHEMA = "cnninspect.lock/1"
VERSION = "schema"
"""The key that is no network."""
FIGURES = ("flops", "macs", "parameters", "peak_activation_bytes", "receptive_field", "saved_activation_bytes")
"""What is kept of a network, at batch 1 in float32."""
MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
BEGINNING = f': {{\n  "{FIGURES[0]}": '
"""How the first network begins: what tells a lock that was cut off from other JSON."""
UPDATE = "cnninspect check --baseline FILE --update-baseline writes it anew"

Known = dict[str, "int | None"]
"""The figures of one network; null is unknown."""


class Lock(Record):
    """A lock file that has been read."""

    name: str
    """What to call it in messages."""
    models: Mapping[str, Known]


def key_of(path: str, variant: str | None) -> str:
    """What a network is called in the lock: its file seen from the lock's folder, and its variant."""
    file = path.replace("\\", "/")
    if file == VERSION:
        file = f"./{file}"
    return file if variant is None else f"{file}:{variant}"


def file_of(key: str) -> str:
    """The file of a network by its key."""
    file, colon, _ = key.rpartition(":")
    return key if not colon or key.endswith((".yaml", ".yml")) else file


def line_of(lines: Sequence[str], key: str) -> tuple[int, int, int]:
    """Where a network stands in the lines of a lock: the line, its first column and the one behind; the beginning if nowhere."""
    from json import dumps

    for word in {dumps(key), dumps(key, ensure_ascii=False)}:
        for number, line in enumerate(lines, 1):
            if line.startswith(f" {word}: {{"):
                return number, 2, len(word) + 2
    return 1, 1, 2


def read_lock(text: str, name: str) -> Lock:
    """The lock that a text holds; raises the Problem that it holds none."""
    no_conflicts(text, name)
    tree = _parsed(text, name)
    if not isinstance(tree, dict):
        raise _bad(name, "it is no JSON object")
    version = tree.pop(VERSION, None)
    if version != SCHEMA:
        said = "it does not say which version it is" if version is None else f"it is of version '{clip(version, 40)}'"
        raise _bad(name, f"{said}; this program reads {SCHEMA}")
    return Lock(name, {key: _figures(key, value, name) for key, value in tree.items()})


def _bad(name: str, why: str) -> Problem:
    return Problem("bad-baseline", f"'{clip(name)}' cannot be used as a baseline: {why}", help=UPDATE)


def no_conflicts(text: str, name: str) -> None:
    """Raise the Problem that git has left a conflict in a lock."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith(MARKERS):
            why = f"line {number} is a conflict that git could not merge: '{clip(line, 40)}'"
            raise Problem(
                "bad-baseline",
                f"'{clip(name)}' cannot be used as a baseline: {why}",
                help="take either side whole (git checkout --ours or --theirs FILE), then --update-baseline",
            )


def is_ours(text: str) -> bool:
    """Whether a text is a lock file, of whatever version and however damaged, or has nothing in it that could be lost."""
    begun = text.lstrip().startswith("{") and (f'"{SCHEMA.rpartition("/")[0]}/' in text or BEGINNING in text)
    return begun or not text.strip("{} \n")


def _parsed(text: str, name: str) -> object:
    from json import JSONDecodeError, loads

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice = next(key for at, (key, _) in enumerate(pairs) if key in dict(pairs[:at]))
            raise _bad(name, f"'{clip(twice, 60)}' is in it twice")
        return found

    try:
        found: object = loads(text, object_pairs_hook=once)
    except JSONDecodeError as error:
        raise _bad(name, f"it is not JSON at {error.lineno}:{error.colno}: {clip(error.msg, 60).lower()}") from None
    except (RecursionError, ValueError):  # nested too deeply, a number of too many digits
        raise _bad(name, "it is no lock file") from None
    return found


def _figures(key: str, value: object, name: str) -> Known:
    if not isinstance(value, dict):
        raise _bad(name, f"the figures of '{clip(key, 60)}' are no object")
    for metric, figure in value.items():
        if figure is not None and (isinstance(figure, bool) or not isinstance(figure, int) or figure < 0):
            raise _bad(name, f"{clip(metric, 40)} of '{clip(key, 60)}' is no whole number: '{clip(figure, 40)}'")
    return value


def render(lock: Lock) -> str:
    """The text of a lock file: the same for the same networks, whoever writes it."""
    blocks = [f" {_quoted(key)}: {{\n{_lines(known)}\n }},\n" for key, known in sorted(lock.models.items())]
    return "{\n" + "".join(blocks) + f' "{VERSION}": "{SCHEMA}"\n}}\n'


def _lines(known: Mapping[str, int | None]) -> str:
    return ",\n".join([f"  {_quoted(name)}: {_number(value)}" for name, value in sorted(known.items())])


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


def _quoted(text: str) -> str:
    from json import dumps

    return dumps(text, ensure_ascii=not text.isprintable())


def updated(
    lock: Lock, measured: Mapping[str, Known | None], files: Collection[str], exists: Callable[[str], bool]
) -> Lock:
    """The lock after a check of some files; of a network that could not be measured (None) what was known stays.

    What is not among the checked files stays as long as its own file exists.
    """
    models: dict[str, Known] = {}
    for key, known in lock.models.items():
        file = file_of(key)
        if key in measured if file in files else exists(file):
            models[key] = known
    models.update({key: known for key, known in measured.items() if known is not None})
    return lock._replace(models=models)
