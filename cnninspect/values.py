"""Plain data that every other room speaks: shapes, places in a file, problems, windows.

This module imports nothing of the project, so that anything may import it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Shape = tuple[int, ...]
"""One tensor without its batch axis, channels first: ``(3, 224, 224)``."""

Pads = tuple[tuple[int, int], ...]
"""What is added before and after, per axis."""


class Span(Record):
    """A stretch of a file; lines and columns count from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Edit(Record):
    """What a file should say in place of a stretch of it; an empty stretch is an insertion."""

    span: Span
    text: str


class Finding(Record):
    """One thing to tell about a model, the same record in every format."""

    code: str
    severity: str
    """``error``, ``warning`` or ``note``."""
    message: str
    notes: tuple[str, ...]
    help: str
    span: Span
    layer: str | None = None
    """The qualified name of the layer, where there is one."""
    facts: Mapping[str, object] = {}
    """What machine formats add to the record: of a budget its metric, value, limit and top contributors."""
    edits: tuple[Edit, ...] = ()
    """The edits that certainly mend it, all or none; empty where a person has to decide."""


class Problem(Exception):
    """What is wrong with one thing, said before anyone knows where in a file it stands."""

    def __init__(  # noqa: PLR0913 - the fields of one record, all but two by keyword
        self,
        code: str,
        message: str,
        *,
        help: str = "",
        notes: Iterable[str] = (),
        option: str | None = None,
        severity: str = "error",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.help = help
        self.notes = tuple(notes)
        self.option = option
        self.severity = severity


class Problems(Exception):
    """Several problems of one thing, found together."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = tuple(problems)


class Window(Record):
    """How one output position reads its input, per axis.

    Position ``i`` reads ``i * stride - before + tap * dilation`` for every tap of the kernel. In a
    transposed window it is the input that steps: its position ``i`` reaches these outputs.
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    pads: Pads
    transposed: bool = False


class Facts(Record):
    """Everything a layer states about itself on given input shapes."""

    outputs: tuple[Shape, ...]
    weights: Mapping[str, Shape]
    """Learned tensors by their ``state_dict`` name."""
    buffers: Mapping[str, Shape]
    """Tensors that are stored but not learned by gradient, running statistics above all."""
    macs: int
    operations: int
    """Elementary operations that are not multiply-accumulates."""
    window: Window | None
    """The window it slides, where it slides one."""


class Call(Record):
    """How torch spells a layer: a target to import, its keyword arguments, and what to do around it.

    ``target`` is a path such as ``torch.nn:Conv2d``. A module (its name starts with a capital)
    is built from the arguments and called on the inputs; a function is called on the inputs
    followed by the arguments, or on one list of all inputs where ``listed``.
    """

    target: str
    arguments: Mapping[str, object]
    pad: tuple[int, ...] = ()
    """For ``torch.nn.functional.pad`` before the call: last axis first, as torch wants it."""
    pad_mode: str = "constant"
    pad_value: float = 0.0
    listed: bool = False


def product(numbers: Iterable[int]) -> int:
    """Multiply; 1 for none."""
    total = 1
    for number in numbers:
        total *= number
    return total


def show_shape(shape: Sequence[int] | None) -> str:
    """A shape as people write it: ``(3, 224, 224)``, ``(10,)``, ``?`` when unknown."""
    if shape is None:
        return "?"
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"


def clip(text: object, width: int = 80) -> str:
    """Foreign text made safe to print: cut to ``width``, everything invisible escaped."""
    raw = text if isinstance(text, str) else str(text)
    shown = raw[: width + 1]
    if not shown.isprintable():
        shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
    return shown if len(shown) <= width else shown[: width - 1] + "…"
