"""Names of layers: where they come from, what they open, and who can see them.

A named item opens a scope; an unnamed one is numbered by the children that its scope has so far,
as ``torch.nn.Sequential`` numbers what is appended to it. Names inside a block are private to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cnninspect.ir import Tensor

Tensors = tuple["Tensor", ...]
ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


def bad_name(name: str) -> str:
    """Why a name cannot be part of a ``state_dict`` key; empty when it can."""
    if len(name) <= 100 and name.isidentifier() and name.isascii():  # noqa: PLR2004 - as nearly all are
        return ""
    if not name:
        return "a name cannot be empty"
    if len(name) > 4000 or any(len(part) > 100 for part in name.split(".")):  # noqa: PLR2004 - longer ones are mistakes
        return "a name has at most 100 characters between its dots"
    if not ALLOWED.issuperset(name):
        return "a name is made of letters, digits, '_', '-' and '.'"
    if name.startswith(".") or name.endswith(".") or ".." in name:
        return "a name's parts between dots cannot be empty"
    return ""


class Frame:
    """What can be seen from inside one block call; the top level is the outermost frame."""

    __slots__ = ("base", "tensors", "top")

    def __init__(self, base: str, top: Frame | None) -> None:
        self.base = base
        self.top = top
        self.tensors: dict[str, Tensors] = {}
        """What each full name stands for."""

    def resolve(self, name: str, prefix: str) -> Tensors | None:
        """The tensors that ``name`` means to a layer in the scope ``prefix``."""
        found = self._search(name, prefix)
        if found is None and self.top is not None:
            found = self.top.tensors.get(name) or self.top.numbered(name)
        return found

    def _search(self, name: str, prefix: str) -> Tensors | None:
        while True:
            full = f"{prefix}.{name}" if prefix else name
            found = self.tensors.get(full) or self.numbered(full)
            if found or prefix == self.base or not prefix:
                return found
            prefix = prefix.rpartition(".")[0]

    def numbered(self, full: str) -> Tensors | None:
        """One output of a layer with several: ``halves.1``."""
        name, _, number = full.rpartition(".")
        several = self.tensors.get(name)
        if several and number.isdecimal() and int(number[:9]) < len(several):
            return (several[int(number)],)
        return None

    def visible(self) -> list[str]:
        """Names as they may be written, for a hint."""
        cut = len(self.base) + 1 if self.base else 0
        own = [name[cut:] for name in self.tensors if name.startswith(self.base)]
        return own + (list(self.top.tensors) if self.top else [])


class Scope:
    """A place that numbers its unnamed children: the network, a named block, a sequence."""

    __slots__ = ("children", "prefix")

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.children = 0

    def full(self, name: str) -> str:
        """The qualified name of a child."""
        return f"{self.prefix}.{name}" if self.prefix else name
