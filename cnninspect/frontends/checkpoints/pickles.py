"""A machine for the few words of pickle that a ``state_dict`` is made of.

It calls nothing and imports nothing: the names that a pickle may mention stand in a list, and what they make is data
of this program. Any other name or word is refused with its place. Definition: Python's Lib/pickletools.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnninspect.frontends.checkpoints.pickle_words import WORDS
from cnninspect.frontends.checkpoints.stored import LARGEST
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_STEPS = 1_000_000
"""Words of a pickle: a tensor takes about 25."""
LONGEST_INTEGER = 16
"""Bytes of the longest number."""


class Name(Record):
    """A class or function that a pickle mentions; only its name is known here."""

    name: str
    at: int


class Storage(Record):
    """The elements that tensors share, as a pickle refers to them."""

    dtype: str | None
    """None for plain bytes."""
    key: str
    size: int
    """Elements; bytes where it is plain."""


class Tensor(Record):
    """A view of a storage."""

    storage: Storage
    start: int
    shape: Any
    strides: Any
    dtype: str


class Machine:
    """Runs one pickle that stands in a larger stretch of bytes."""

    def __init__(self, data: bytes, at: int, call: Callable[[Name, tuple[Any, ...]], Any], base: int = 0) -> None:
        self.data = data
        self.at = at
        self.base = base
        """Where the bytes begin in their file."""
        self.call = call
        self.word = at
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.steps = 0

    def run(self) -> Any:  # noqa: ANN401 - whatever it holds
        """What the pickle holds; ``at`` is then behind its end."""
        data, words = self.data, WORDS
        while True:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Problem(
                    "file-too-large", f"its pickle has more than {MOST_STEPS:,} words", help="is this the right file?"
                )
            self.word = at = self.at
            if at >= len(data):
                raise self.wrong("ends without its last word")
            self.at = at + 1
            code = data[at]
            if code == 0x2E:  # noqa: PLR2004 - STOP
                return self.pop()
            word = words.get(code)
            if word is None:
                raise self.refused(f"the word {clip(repr(data[at : at + 1])[1:])}")
            word(self)

    def wrong(self, why: str) -> Problem:
        """The problem that this is no pickle."""
        return Problem(
            "bad-checkpoint", f"its pickle {why}, at byte {self.base + self.word:,}", help="was it copied to its end?"
        )

    def refused(self, what: str, at: int | None = None) -> Problem:
        """The problem that a pickle may not say this."""
        where = self.base + (self.word if at is None else at)
        message = (
            f"its pickle has {what} at byte {where:,}, which the tensors of a state_dict do not need: it is not run"
        )
        return Problem(
            "unsafe-checkpoint",
            message,
            help="save weights alone: torch.save(model.state_dict(), FILE), or as safetensors",
        )

    # --- the stack ------------------------------------------------------------------------

    def take(self, count: int) -> bytes:
        """The next bytes."""
        found = self.data[self.at : self.at + count]
        if len(found) < count:
            raise self.wrong("is cut off")
        self.at += count
        return found

    def number(self, count: int) -> int:
        """The next bytes as a number from 0 on."""
        return int.from_bytes(self.take(count), "little")

    def line(self) -> str:
        """What stands up to the end of the line."""
        end = self.data.find(b"\n", self.at, self.at + 500)
        if end < 0:
            raise self.wrong("has a name without an end")
        found, self.at = self.data[self.at : end], end + 1
        return found.decode("utf-8", "replace")

    def pop(self) -> Any:  # noqa: ANN401
        """The last value."""
        if len(self.stack) <= (self.marks[-1] if self.marks else 0):
            raise self.wrong("takes a value that is not there")
        return self.stack.pop()

    def since_mark(self) -> list[Any]:
        """The values since the last mark."""
        if not self.marks:
            raise self.wrong("goes back to a mark that is not there")
        mark = self.marks.pop()
        found = self.stack[mark:]
        del self.stack[mark:]
        return found

    def last(self, kind: type, what: str) -> Any:  # noqa: ANN401
        """The last value, which stays; raises the problem that it is something else."""
        if len(self.stack) <= (self.marks[-1] if self.marks else 0) or type(self.stack[-1]) is not kind:
            raise self.wrong(f"adds to what is no {what}")
        return self.stack[-1]

    def push(self, value: Any) -> None:  # noqa: ANN401
        """Put a value on top."""
        self.stack.append(value)

    def get(self, index: int) -> None:
        """Put a value on top that was remembered."""
        if index not in self.memo:
            raise self.wrong("recalls what it never remembered")
        self.stack.append(self.memo[index])

    def put(self, index: int) -> None:
        """Remember the last value."""
        if not self.stack:
            raise self.wrong("remembers a value that is not there")
        self.memo[index] = self.stack[-1]

    # --- what is built --------------------------------------------------------------------

    def text(self, count: int) -> None:
        """A text of so many bytes."""
        try:
            self.push(self.take(count).decode("utf-8", "surrogatepass"))
        except UnicodeDecodeError:
            raise self.wrong("has a text that is no UTF-8") from None

    def integer(self, count: int) -> None:
        """A signed number of so many bytes."""
        if count > LONGEST_INTEGER:
            raise self.refused(f"a number of {count:,} bytes")
        self.push(int.from_bytes(self.take(count), "little", signed=True))

    def real(self) -> None:
        """A float."""
        from struct import unpack

        self.push(unpack(">d", self.take(8))[0])

    def items(self, found: list[Any]) -> None:
        """Put keys and values into a dict."""
        target = self.last(dict, "dict")
        if len(found) % 2:
            raise self.wrong("has a key without a value")
        for key, value in zip(found[::2], found[1::2]):  # noqa: B905 - as many of each
            if type(key) not in (str, int, bool, float, type(None)) or (
                type(key) is int and not -LARGEST <= key < LARGEST
            ):
                raise self.refused("a key that is neither a text nor a number")
            target[key] = value

    def name(self, module: Any, name: Any, at: int) -> None:  # noqa: ANN401
        """A class or function."""
        if type(module) is not str or type(name) is not str:
            raise self.wrong("names a thing with what is no text")
        full = f"{module}.{name}"
        if full not in KNOWN and not full.startswith("torch."):
            raise self.refused(f"the name '{clip(full)}'", at)
        self.push(Name(full, at))

    def reduce(self) -> None:
        """What a call gives: of the few functions that are known, as data."""
        arguments, function = self.pop(), self.pop()
        if type(function) is not Name or type(arguments) is not tuple:
            raise self.wrong("calls what is no name")
        self.push(self.call(function, arguments))

    def build(self) -> None:
        """Give attributes to the last value; of a dict that is the metadata of a state_dict, which says nothing here."""
        self.pop()
        if not self.stack or type(self.stack[-1]) not in (dict, Tensor):
            raise self.refused("attributes for what is neither a dict nor a tensor")

    def persistent(self) -> None:
        """A storage."""
        given = self.pop()
        whole = type(given) is tuple and len(given) in (5, 6) and given[0] == "storage" and type(given[1]) is Name
        if not whole or type(given[2]) is not str or type(given[4]) is not int or not 0 <= given[4] < LARGEST:
            raise self.refused("a reference to what is no storage")
        if len(given) == 6 and given[5] is not None:  # noqa: PLR2004
            raise self.refused("a view of a storage")
        dtype = storage_dtype(given[1].name)
        if dtype == "":
            raise self.refused(f"the name '{clip(given[1].name)}'", given[1].at)
        self.push(Storage(dtype, given[2], given[4]))


STORAGES = {
    "Float": "float32", "Double": "float64", "Half": "float16", "BFloat16": "bfloat16", "Long": "int64",
    "Int": "int32", "Short": "int16", "Char": "int8", "Byte": "uint8", "Bool": "bool",
    "ComplexFloat": "complex64", "ComplexDouble": "complex128",
}  # fmt: skip
PLAIN = ("torch.UntypedStorage", "torch.storage.UntypedStorage", "torch.storage._UntypedStorage")
KNOWN = {
    *("collections.OrderedDict", "collections.Counter", "builtins.set", "__builtin__.set", "builtins.dict"),
    *("__builtin__.dict", "builtins.list", "__builtin__.list"),
}
"""Names outside torch that a state_dict may mention."""


def storage_dtype(name: str) -> str | None:
    """The data type of a class of storages; None for plain bytes, nothing where the name is of no storage."""
    if name in PLAIN:
        return None
    word = name.removeprefix("torch.").removeprefix("storage.").removeprefix("cuda.")
    return STORAGES.get(word.removesuffix("Storage"), "") if word.endswith("Storage") else ""
