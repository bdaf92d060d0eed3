"""The words of pickle that a ``state_dict`` is made of, and what each does to a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from cnninspect.frontends.checkpoints.pickles import Machine


def _group(kind: Callable[[list[Any]], Any]) -> Callable[[Machine], None]:
    return lambda machine: machine.push(kind(machine.since_mark()))


def _tuple(count: int) -> Callable[[Machine], None]:
    def word(machine: Machine) -> None:
        found = [machine.pop() for _ in range(count)]
        machine.push(tuple(reversed(found)))

    return word


def _append(machine: Machine) -> None:
    value = machine.pop()
    machine.last(list, "list").append(value)


def _appends(machine: Machine) -> None:
    found = machine.since_mark()
    machine.last(list, "list").extend(found)


def _item(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.items([key, value])


def _name(machine: Machine) -> None:
    at = machine.word
    module, name = machine.line(), machine.line()
    machine.name(module, name, at)


def _stacked_name(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.name(module, name, machine.word)


def _pop(machine: Machine) -> None:
    machine.pop()


def _drop(machine: Machine) -> None:
    machine.since_mark()


def _frame(machine: Machine) -> None:
    machine.take(8)


def _protocol(machine: Machine) -> None:
    if machine.number(1) > 5:  # noqa: PLR2004 - the newest
        raise machine.wrong("is of a protocol that is not known")


WORDS: dict[int, Callable[[Machine], None]] = {
    ord("("): lambda machine: machine.marks.append(len(machine.stack)),
    ord("0"): _pop,
    ord("1"): _drop,
    ord(")"): lambda machine: machine.push(()),
    ord("]"): lambda machine: machine.push([]),
    ord("}"): lambda machine: machine.push({}),
    ord("N"): lambda machine: machine.push(None),
    ord("t"): _group(tuple),
    ord("l"): _group(list),
    ord("a"): _append,
    ord("e"): _appends,
    ord("s"): _item,
    ord("u"): lambda machine: machine.items(machine.since_mark()),
    ord("K"): lambda machine: machine.push(machine.number(1)),
    ord("M"): lambda machine: machine.push(machine.number(2)),
    ord("J"): lambda machine: machine.integer(4),
    ord("G"): lambda machine: machine.real(),
    ord("X"): lambda machine: machine.text(machine.number(4)),
    ord("T"): lambda machine: machine.push(machine.take(machine.number(4)).decode("latin-1")),
    ord("U"): lambda machine: machine.push(machine.take(machine.number(1)).decode("latin-1")),
    ord("B"): lambda machine: machine.push(machine.take(machine.number(4))),
    ord("C"): lambda machine: machine.push(machine.take(machine.number(1))),
    ord("h"): lambda machine: machine.get(machine.number(1)),
    ord("j"): lambda machine: machine.get(machine.number(4)),
    ord("q"): lambda machine: machine.put(machine.number(1)),
    ord("r"): lambda machine: machine.put(machine.number(4)),
    ord("c"): _name,
    ord("R"): lambda machine: machine.reduce(),
    ord("b"): lambda machine: machine.build(),
    ord("Q"): lambda machine: machine.persistent(),
    0x80: _protocol,
    0x85: _tuple(1),
    0x86: _tuple(2),
    0x87: _tuple(3),
    0x88: lambda machine: machine.push(True),
    0x89: lambda machine: machine.push(False),
    0x8A: lambda machine: machine.integer(machine.number(1)),
    0x8B: lambda machine: machine.integer(machine.number(4)),
    0x8C: lambda machine: machine.text(machine.number(1)),
    0x8D: lambda machine: machine.text(machine.number(8)),
    0x8F: lambda machine: machine.push([]),  # an empty set; only its tensors would matter, and it can hold none
    0x90: _drop,  # to be put into it
    0x93: _stacked_name,
    0x94: lambda machine: machine.put(len(machine.memo)),
    0x95: _frame,
}
"""What each word of pickle does."""
