"""Window arithmetic, exactly, and the family of layers that slide a window over their input.

With the extent ``ke = d (k - 1) + 1``:
floor is torch's ``⌊(n + pb + pa - ke) / s⌋ + 1``; ceil is its ``ceil_mode``, one less where the
last window would start beyond ``n + pb``; caffe is ceil with that clip only where there is padding
(on any axis, as Caffe has it);
``same`` is TensorFlow's ``⌈n / s⌉`` with the odd cell after (``same_lower``: before).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.layers.base import NO_WEIGHTS, Single
from cnninspect.options import Bool, Choice, Padding, PerAxis, Same
from cnninspect.values import Facts, Problem, Problems, Window, product

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cnninspect.options import Option
    from cnninspect.values import Pads, Shape
    from cnninspect.workings import Line, Working


def extent(kernel: int, dilation: int) -> int:
    """How many positions a window spans."""
    return dilation * (kernel - 1) + 1


def same_pads(n: int, kernel: int, stride: int, dilation: int, *, lower: bool = False) -> tuple[int, int]:
    """What TensorFlow adds before and after so that the output is ``⌈n / s⌉``."""
    total = max((-(-n // stride) - 1) * stride + extent(kernel, dilation) - n, 0)
    half = total // 2
    return (total - half, half) if lower else (half, total - half)


def slide(  # noqa: PLR0913 - the symbols of one formula
    n: int,
    kernel: int,
    stride: int,
    dilation: int,
    before: int,
    after: int,
    rounding: str = "floor",
) -> int:
    """How many positions a window takes on an axis of ``n``; 0 or less where it does not fit."""
    free = n + before + after - extent(kernel, dilation)
    if rounding == "floor":
        return free // stride + 1
    out = -(-free // stride) + 1
    clipped = rounding == "ceil" or before > 0 or after > 0
    return out - 1 if clipped and (out - 1) * stride >= n + before else out


def smallest(  # noqa: PLR0913 - the symbols of one formula
    kernel: int,
    stride: int,
    dilation: int,
    before: int,
    after: int,
    rounding: str = "floor",
) -> int:
    """The shortest axis on which the window takes one position; rounding up forgives ``s - 1`` cells."""
    forgiven = 0 if rounding == "floor" else stride - 1
    return max(extent(kernel, dilation) - before - after - forgiven, 1)


def resolve(
    padding: str | Pads,
    sizes: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Pads:
    """What is added before and after each axis, the named rules turned into numbers."""
    if not isinstance(padding, str):
        return padding
    if padding == "valid":
        return ((0, 0),) * len(sizes)
    if padding == "half":
        return tuple((k // 2 * d,) * 2 for k, d in zip(kernel, dilation, strict=True))
    lower = padding == "same_lower"
    return tuple(same_pads(n, k, s, d, lower=lower) for n, k, s, d in zip(sizes, kernel, stride, dilation, strict=True))


def symmetric(pads: Pads) -> bool:
    """Whether torch's layers can pad so themselves: as much after as before."""
    return all(before == after for before, after in pads)


def torch_pad(pads: Pads) -> tuple[int, ...]:
    """Pads in the order of ``torch.nn.functional.pad``, the last axis first."""
    return tuple(side for axis in reversed(pads) for side in axis)


def by(sizes: Sequence[int]) -> str:
    """Sizes as people write them: ``3x3``."""
    return "x".join(map(str, sizes))


def described(window: Window) -> str:
    """A window in words: how far it reaches, and why that is more than its kernel."""
    spans = tuple(extent(k, d) for k, d in zip(window.kernel, window.dilation, strict=True))
    what = f"a window of {spans[0]}" if len(spans) == 1 else f"a {by(spans)} window"
    if spans == window.kernel:
        return what
    return f"{what} (kernel {by(window.kernel)}, dilation {by(window.dilation)})"


SAME = ("same", "same_lower")
"""The rules whose padding depends on the input's size."""
WORDS = ("valid", "half", *SAME)

KERNEL = PerAxis(min=1, help="size of the window")
STRIDE = PerAxis(1, min=1, help="step from one window to the next")
POOL_STRIDE = PerAxis(Same("kernel"), min=1, help="step from one window to the next")
PADDING = Padding(0, words=WORDS, help="cells added around the map, in numbers or by rule")
DILATION = PerAxis(1, min=1, help="distance between two taps of the window")
BIAS = Bool(default=True, help="learn one offset for each output channel")
ROUNDING = Choice(
    "floor",
    choices=("floor", "ceil", "caffe"),
    help="whether a last window that runs over the edge counts: no, torch's ceil_mode, or Caffe's rule",
)


class Windowed(Single):
    """A layer that slides one window over its input."""

    ranks = (1, 2, 3)
    kernel: Option[tuple[int, ...]]
    stride: Option[tuple[int, ...]]
    padding: Option[str | Pads]

    def facts(self, inputs: Sequence[Shape]) -> Facts:
        (x,) = inputs
        if len(x) - 1 not in self.ranks:
            raise Problems([self.wrong_rank(x)])
        window = self.window(x)
        sizes = self.sizes(x, window)
        problems = [*self.check(x)]
        if not all(size > 0 for size in sizes):
            problems.append(self.misfit(x, window, sizes))
        if problems:
            raise Problems(problems)
        y = (self.maps(x), *sizes)
        return Facts((y,), self.weights(x), NO_WEIGHTS, self.macs(x, y), self.operations(x, y), window)

    def shape(self, x: Shape) -> Shape:
        return (self.maps(x), *self.sizes(x, self.window(x)))

    def maps(self, x: Shape) -> int:
        """How many channels come out."""
        return x[0]

    def taps(self) -> tuple[int, ...]:
        """The distance between two taps, per axis."""
        return (1,) * len(self.kernel)

    def window(self, x: Shape) -> Window:
        taps = self.taps()
        return Window(self.kernel, self.stride, taps, resolve(self.padding, x[1:], self.kernel, self.stride, taps))

    def sizes(self, x: Shape, window: Window) -> tuple[int, ...]:
        """How many positions the window takes on each axis."""
        rounding = self.rule(window)
        return tuple(
            [
                slide(n, k, s, d, before, after, rounding)
                for n, k, s, d, (before, after) in zip(x[1:], *window[:4], strict=True)
            ],
        )

    def rule(self, window: Window) -> str:  # noqa: ARG002 - for Caffe it depends on the padding
        """How sizes are rounded: floor, ceil or caffe."""
        return "floor"

    def misfit(self, x: Shape, window: Window, sizes: Sequence[int]) -> Problem:  # noqa: ARG002
        """The problem that the window fits nowhere on some axis."""
        padded = [n + before + after for n, (before, after) in zip(x[1:], window.pads, strict=True)]
        where = f"a length of {x[1]}" if len(x) == 2 else f"a {by(x[1:])} map"  # noqa: PLR2004 - one spatial axis
        if padded != [*x[1:]]:
            where += f" padded to {by(padded)}"
        return Problem(
            "size-reached-zero",
            f"{described(window)} does not fit on {where}",
            help=self.enough(window),
            option="kernel",
        )

    def enough(self, window: Window) -> str:
        """The help that names the smallest input."""
        least = [self.least(axis, window) for axis in range(len(window.kernel))]
        return f"the smallest input that fits here is {by(least)}"

    def working(self, inputs: Sequence[Shape], facts: Facts) -> Working:
        from cnninspect.workings import Working

        (x,), y, window = inputs, facts.outputs[0], facts.window
        assert window is not None  # it slides one
        facts_of_axes = zip(x[1:], y[1:], *window[:3], *zip(*window.pads, strict=True), strict=True)
        return Working(((), *[self.axis_working(axis, list(row), window) for axis, row in enumerate(facts_of_axes)]))

    def axis_working(self, axis: int, row: Sequence[int], window: Window) -> tuple[Line, ...]:  # noqa: ARG002
        """How the length of one spatial axis comes about."""
        from cnninspect.workings import Slide, slid

        word = self.__dict__.get("padding")
        return slid(Slide(*row), self.rule(window), word if isinstance(word, str) else "")

    def least(self, axis: int, window: Window) -> int:
        """The shortest axis that this layer accepts."""
        before, after = window.pads[axis]
        return smallest(
            window.kernel[axis],
            window.stride[axis],
            window.dilation[axis],
            before,
            after,
            self.rule(window),
        )

    def spelled(self, window: Window) -> tuple[Mapping[str, object], tuple[int, ...]]:
        """The window as torch's arguments, and what must be padded before the call instead."""
        plain = symmetric(window.pads)
        arguments: dict[str, object] = {
            "kernel_size": window.kernel,
            "stride": window.stride,
            "padding": tuple(before for before, _ in window.pads) if plain else (0,) * len(window.pads),
        }
        return arguments, () if plain else torch_pad(window.pads)

    def margin(self, x: Shape, *, always: bool = False) -> int:
        """The elements of the padded copy that is made of the input before torch's own layer; 0 where none is."""
        pads = self.window(x).pads
        if symmetric(pads) and not always:
            return 0
        return x[0] * product([n + before + after for n, (before, after) in zip(x[1:], pads, strict=True)])
