"""How an operation is counted by one tool or another: functions from a use to a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.values import product

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cnninspect.passes.peers.uses import Use

    Count = Callable[[Use], int]


def nothing(use: Use) -> int:  # noqa: ARG001 - as every count
    """Not counted."""
    return 0


def macs(use: Use) -> int:
    """One for each multiply-accumulate."""
    return use.macs


def doubled(use: Use) -> int:
    """Two for each multiply-accumulate."""
    return 2 * use.macs


def parameters(use: Use) -> int:
    """Its weights and biases, once a sample."""
    return use.parameters * use.times


def per_input(number: int = 1) -> Count:
    """So many for each element that it reads."""
    return lambda use: number * use.x


def per_output(number: int = 1) -> Count:
    """So many for each element that it makes."""
    return lambda use: number * use.y


def affine(learned: int, plain: int) -> Count:
    """For each element one number where factors and offsets are learned, another where they are not."""
    return lambda use: (learned if use.parameters else plain) * use.x


def only(rank: int, count: Count) -> Count:
    """Counted in one number of spatial axes only."""
    return lambda use: count(use) if use.rank == rank else 0


def spelled(module: Count, function: Count) -> Count:
    """Counted one way as a module, another way as a function."""
    return lambda use: (module if use.module else function)(use)


def joined(use: Use) -> int:
    """One for each element and each operator between two tensors."""
    return (use.joins - 1) * use.y


def numbers(argument: object, rank: int) -> tuple[int, ...]:
    """One whole number for each axis, of an argument that may be a single one."""
    found = argument if isinstance(argument, tuple) else (argument,) * rank
    return tuple([number for number in found if isinstance(number, int)])


# --- one tool's peculiarities ----------------------------------------------------------


def linear_weights(use: Use) -> int:
    """The elements of a linear layer's weight, once a sample, however many positions it works on."""
    return use.parameters * use.times - (linear_offsets(use) if use.bias else 0)


def linear_offsets(use: Use) -> int:
    """A linear layer's offsets, once a sample."""
    return use.shapes[1][-1] * use.times


def every_output(use: Use) -> int:
    """Weights of a transposed convolution times the positions of its output."""
    weights = use.parameters - (use.shapes[1][0] if use.bias else 0)
    return weights * product(use.shapes[1][1:]) * use.times


def mean_of_windows(use: Use) -> int:
    """(window + 1) for each output, the window being input / output axis by axis, cut to a whole number."""
    window = 1.0
    for before, after in zip(use.shapes[0][1:], use.shapes[1][1:]):  # noqa: B905 - one each
        window *= before / after
    return int((window + 1) * use.y)


def softmax_rows(use: Use) -> int:
    """3 n - 1 for each row of n; Softmax2d is another module."""
    axis = use.arguments.get("dim")
    if axis is None:
        return 0
    assert isinstance(axis, int)
    return 3 * use.x - use.x // use.shapes[0][axis - 1]


def kernel_as_written(use: Use) -> int:
    """The kernel for each output, where one number is taken for all axes: 3, not 9, for a kernel of 3 x 3."""
    kernel = numbers(use.arguments["kernel_size"], 1)
    written = use.given.get("kernel")
    single = len(set(kernel)) == 1 and not isinstance(written, (list, tuple))
    return use.y * (kernel[0] if single else product(kernel))


def by_factor(count: Count) -> Count:
    """Upsampling: the positions of a given size, channels and batch forgotten; else a count of one's own."""
    return lambda use: _area(use) + (product(use.shapes[1][1:]) if "size" in use.arguments else count(use))


def stretched(use: Use) -> int:
    """Upsampling: one for each output."""
    return _area(use) + use.y


def _area(use: Use) -> int:
    """What the mode area adds, which is an adaptive pool: one for each input."""
    return use.x if use.arguments["mode"] == "area" else 0


def interpolated(use: Use) -> int:
    """In 2-D: 1 for each output of nearest, 4 of bilinear, and the input of area."""
    if len(use.shapes[0]) != 3:  # noqa: PLR2004 - channels, height, width
        return 0
    return {"nearest": use.y, "bilinear": 4 * use.y, "area": use.x}.get(str(use.arguments["mode"]), 0)


def twice_grouped(use: Use) -> int:
    """2 x MACs of a transposed convolution, divided by its groups once too often."""
    groups = use.arguments["groups"]
    assert isinstance(groups, int)
    outputs = use.shapes[1][0] // groups
    return 2 * use.macs // outputs * (outputs // groups)


def misplaced_offsets(use: Use) -> int:
    """Offsets of a transposed convolution at the size that an ordinary one would have."""
    groups = use.arguments["groups"]
    assert isinstance(groups, int)
    x = use.shapes[0][1:]
    settings: list[Sequence[int]] = [
        numbers(use.arguments[name], len(x)) for name in ("kernel_size", "stride", "padding", "dilation")
    ]
    sizes = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in zip(x, *settings)]  # noqa: B905 - one each
    return use.shapes[1][0] // groups * product(sizes) * use.times


def frozen_steps(use: Use) -> int:
    """A product and a sum for each element; an offset, an inverse root (2), two products and a difference a channel."""
    return 2 * use.y + 6 * use.shapes[0][0]


def norms(use: Use) -> int:
    """What an Lp pool is made of: an average pool, and for each output a rectifier and a product."""
    return use.x + 2 * use.y


def norm_steps(use: Use) -> int:
    """The same by its functions: 2 for each input (the power), and 7 for each output beside the average pool."""
    return 2 * use.x + 7 * use.y + kernel_as_written(use)


def neighbourhoods(use: Use) -> int:
    """What local response normalisation is made of: two products and a sum an element, and a padded average pool."""
    size = use.arguments["size"]
    assert isinstance(size, int)
    channels = use.shapes[0][0]
    return 3 * use.x + use.x // channels * (channels + size - 1)


def neighbourhood_steps(use: Use) -> int:
    """Two products, a sum, a power (2), a division and an average over ``size`` for each element."""
    size = use.arguments["size"]
    assert isinstance(size, int)
    return (size + 6) * use.y
