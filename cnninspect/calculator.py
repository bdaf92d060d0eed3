"""One layer without a network: forwards, and backwards from the size that is wanted.

Every answer is a real layer asked for its facts; the searches try layers, they have no arithmetic of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers import find
from cnninspect.records import Record
from cnninspect.values import Problem, Problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cnninspect.layers.base import Layer
    from cnninspect.values import Facts, Shape

KERNELS, STRIDES = range(1, 12), range(1, 9)
"""What a search tries where nothing is given."""
FAVOURITES = (3, 1, 5, 7, 2, 4, 11, 9, 6, 8, 10)
"""Kernels in the order in which networks use them."""
LARGEST = 2**40
"""The longest input that a search looks at."""
ENDLESS = 2**100
"""An axis on which every window fits."""


class Asked(Record):
    """A layer as the command line has it; None for what was not given."""

    op: str
    options: Mapping[str, object]
    """What was given, by the layer's own names: kernel, stride, padding …"""
    sizes: Shape | None
    """The lengths of the spatial axes."""
    rank: int
    channels: int | None = None
    out: int | None = None


class Answer(Record):
    """A layer on one input with what it states."""

    layer: Layer
    input: Shape
    facts: Facts
    known: bool
    """Whether the channels are; otherwise they stand for any number, and only sizes mean something."""


class Match(Record):
    """A window that makes the wanted sizes."""

    kernel: int
    stride: int
    padding: object
    extra: int
    """The output padding of a transposed one."""
    whole: bool | None
    """Whether every position of the input is read; None where there are too many to look at, or nothing is stepped over."""


def takes(op: str) -> tuple[str, ...]:
    """The options of a layer type."""
    kind = find(op)
    assert kind is not None  # the command offers layers that there are
    return tuple(kind.schema_options)


def make(asked: Asked, sizes: Shape, **options: object) -> Answer:
    """The layer on an input of these sizes; raises Problem or Problems where it refuses."""
    given = {**asked.options, **options}
    groups = given.get("groups", 1)
    stand_in = groups if isinstance(groups, int) else 1
    needs_out = asked.op.startswith("conv")
    known = asked.channels is not None and (asked.out is not None or not needs_out)
    channels = asked.channels if asked.channels is not None else stand_in
    if needs_out:
        given = {"out": asked.out if asked.out is not None else stand_in, **given}
    kind = find(asked.op)
    assert kind is not None  # the command offers layers that there are
    shape = (channels, *sizes)
    layer = kind(given, len(sizes))
    return Answer(layer, shape, layer.facts([shape]), known)


def made(asked: Asked, n: int, **options: object) -> int:
    """The length that an axis of ``n`` becomes; 0 where the layer refuses it."""
    try:
        return make(asked, (n,), **options).facts.outputs[0][1]
    except (Problem, Problems):
        return 0


# --- backwards -------------------------------------------------------------------------------


def matches(asked: Asked, wanted: Shape) -> list[Match]:
    """Every window of the search space that turns the input into the wanted sizes, those that people use first."""
    assert asked.sizes is not None  # the command asked for it
    pairs = {*zip(asked.sizes, wanted, strict=True)}
    lengths = [n for n, _ in pairs]
    fitting = (o for o in _candidates(asked) if all(made(asked, n, **o) == out for n, out in pairs))
    return sorted([_match(asked, options, lengths) for options in fitting], key=_custom)


def _candidates(asked: Asked) -> Iterator[dict[str, object]]:
    """Windows without what was given: that stays as it is."""
    given = asked.options
    transposed = asked.op == "conv_transpose"
    dilation = given.get("dilation", 1)
    for kernel in _tried("kernel", KERNELS, given):
        for stride in _tried("stride", STRIDES, given):
            reach = max(kernel, (kernel - 1) * dilation + 1 if isinstance(dilation, int) else kernel)
            for padding in _tried("padding", range(reach // 2 + 1), given):
                more = range(max(stride, dilation if isinstance(dilation, int) else 1)) if transposed else (None,)
                for extra in _tried("output_padding", more, given):
                    yield {
                        "kernel": kernel, "stride": stride, "padding": padding,
                        **({} if extra is None else {"output_padding": extra}),
                    }  # fmt: skip


def _tried(option: str, space: Sequence, given: Mapping[str, object]) -> Sequence:  # type: ignore[type-arg]
    return (given[option],) if option in given else space


def _match(asked: Asked, options: Mapping[str, object], lengths: Sequence[int]) -> Match:
    from cnninspect.workings import Slide, coverage

    whole: bool | None = None if asked.op == "conv_transpose" else True
    if asked.op != "conv_transpose":
        for n in lengths:
            facts = make(asked, (n,), **options).facts
            assert facts.window is not None  # it slides one
            window, (before, after) = facts.window, facts.window.pads[0]
            on = Slide(
                n, facts.outputs[0][1], window.kernel[0], window.stride[0], window.dilation[0], before, after
            )  # fmt: skip
            unread = coverage(on).unread
            whole = None if unread is None else whole and not unread
    extra = options.get("output_padding", 0)
    kernel, stride = options["kernel"], options["stride"]
    assert isinstance(kernel, int) and isinstance(stride, int) and isinstance(extra, int)  # noqa: PT018 - as they were made
    return Match(kernel, stride, options["padding"], extra, whole)


def _custom(match: Match) -> tuple[int, ...]:
    """People pad odd kernels by half and even ones that do not overlap by nothing; then they leave padding out."""
    k, s, p = match.kernel, match.stride, match.padding
    if isinstance(p, str):
        habit = 0
    else:
        usual = k // 2 if k % 2 else (k - s) // 2 if k > s and (k - s) % 2 == 0 else 0
        habit = 0 if p == usual and match.whole is not False else 1 if p == 0 else 2
    order = FAVOURITES.index(k) if k in FAVOURITES else k
    return (match.extra > 1, match.whole is False, habit, order, s, p if isinstance(p, int) else 0, match.extra)


def inputs(asked: Asked, wanted: int) -> tuple[int, int] | None:
    """The shortest and the longest input axis that becomes ``wanted`` long; None where none does."""
    first = _first(asked, wanted)
    after = _first(asked, wanted + 1)
    return (first, after - 1) if made(asked, first) == wanted else None


def _first(asked: Asked, wanted: int) -> int:
    """The shortest axis that becomes at least ``wanted`` long; a longer input never gives less."""
    low, high = 1, LARGEST
    while low < high:
        middle = (low + high) // 2
        if made(asked, middle) >= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def keeping(asked: Asked) -> tuple[int, int]:
    """What to add before and after an axis so that a window at stride 1 keeps its length."""
    n = ENDLESS
    window = make(asked._replace(options={**asked.options, "stride": 1, "padding": 0}), (n,)).facts.outputs[0][1]
    lost = abs(n - window)
    return lost // 2, lost - lost // 2


def around(asked: Asked, wanted: int) -> tuple[int | None, int | None]:
    """The longest axis that becomes less than ``wanted``, and the shortest that becomes more; None where none does."""
    after = _first(asked, wanted)
    return (after - 1 if after > 1 and made(asked, after - 1) else None, after if made(asked, after) > wanted else None)


def on_axis(asked: Asked, axis: int) -> Asked:
    """The same layer on one of its axes alone."""
    options = {
        key: value[axis : axis + 1] if isinstance(value, (list, tuple)) else value
        for key, value in asked.options.items()
    }
    sizes = None if asked.sizes is None else asked.sizes[axis : axis + 1]
    return asked._replace(options=options, sizes=sizes, rank=1)
