"""Shape-changing and merging layers held against torch: facts on drawn options, values, and what is read."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, cast

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from cnninspect.backends import torch_layers3 as ours  # noqa: E402
from cnninspect.layers.base import REGISTRY  # noqa: E402
from tests.support.budget import EXAMPLES  # noqa: E402
from tests.support.oracle import agree, realize  # noqa: E402
from tests.support.rows import make  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from cnninspect.values import Shape, Window

Options = dict[str, object]
Draw = st.DrawFn
SIZES = st.integers(1, 9)


def shapes(fewest: int = 0, most: int = 3, channels: st.SearchStrategy[int] = SIZES) -> st.SearchStrategy[Shape]:
    """Shapes with so many spatial axes."""
    return st.integers(fewest, most).flatmap(
        lambda rank: st.tuples(channels, *[SIZES] * rank),
    )


def per_axis(rank: int, item: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """One value for all spatial axes, or one for each."""
    return item | st.lists(item, min_size=rank, max_size=rank)


def axes_of(x: Shape) -> st.SearchStrategy[object]:
    """Some axes, counted as torch does from either end."""
    chosen = st.lists(st.integers(1, len(x)), min_size=1, unique=True)
    return chosen.flatmap(lambda axes: st.tuples(*[st.sampled_from([axis, axis - len(x) - 1]) for axis in axes]))


def axis_of(x: Shape) -> st.SearchStrategy[int]:
    """One axis, counted as torch does from either end."""
    return st.integers(-len(x), len(x)).filter(bool)


def sides(rank: int, most: int) -> st.SearchStrategy[object]:
    """One number, one an axis, or pairs."""
    number = st.integers(0, most)
    return per_axis(rank, number) | st.lists(st.lists(number, min_size=2, max_size=2), min_size=rank, max_size=rank)


@st.composite
def flattened(draw: Draw) -> tuple[str, Options, Shape]:
    """A flatten of any range of axes, also a backward one."""
    x = draw(shapes(0, 4))
    return "flatten", {"start": draw(axis_of(x)), "end": draw(axis_of(x))}, x


@st.composite
def reshaped(draw: Draw) -> tuple[str, Options, Shape]:
    """A reshape that may or may not fit."""
    x = draw(shapes())
    new = draw(st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6, 8]), min_size=1, max_size=4).filter(_one_open))
    fitting = draw(st.permutations(x))
    return "reshape", {"shape": draw(st.sampled_from([new, fitting]))}, x


def _one_open(sizes: list[int]) -> bool:
    """Whether at most one size is left open."""
    return sizes.count(-1) < 2


@st.composite
def permuted(draw: Draw) -> tuple[str, Options, Shape]:
    """A permute in torch's or Keras's form."""
    x = draw(shapes(0, 4))
    order = draw(st.permutations(range(1, len(x) + 1)))
    return "permute", {"axes": draw(st.sampled_from([order, [0, *order]]))}, x


@st.composite
def squeezed(draw: Draw) -> tuple[str, Options, Shape]:
    """A squeeze of named axes or of all."""
    x = draw(st.lists(st.integers(1, 2), min_size=1, max_size=5).map(tuple))
    return "squeeze", {"axis": draw(axes_of(x))} if draw(st.booleans()) else {}, x


@st.composite
def unsqueezed(draw: Draw) -> tuple[str, Options, Shape]:
    """An unsqueeze at any place."""
    x = draw(shapes())
    return "unsqueeze", {"axis": draw(axis_of((*x, 1)))}, x


@st.composite
def upsampled(draw: Draw) -> tuple[str, Options, Shape]:
    """An upsample in any mode, to a size, by a factor, by both or by neither."""
    x = draw(shapes())
    modes = ["nearest", "nearest-exact", "area", "bilinear", "trilinear", "bicubic"]
    options: Options = {"mode": draw(st.sampled_from(modes)), "align_corners": draw(st.booleans())}
    rank = len(x) - 1
    factor = st.sampled_from([0.1, 0.25, 1 / 3, 0.5, 0.7, 1, 1.1, 1.5, 2, 2.7, 3]) | st.floats(0.05, 4)
    if draw(st.booleans()):
        options["size"] = draw(per_axis(rank, SIZES))
    if draw(st.booleans()):
        options["factor"] = draw(per_axis(rank, factor))
    return "upsample", options, x


@st.composite
def shuffled(draw: Draw) -> tuple[str, Options, Shape]:
    """A pixel shuffle in either direction."""
    x = draw(shapes(2, 2, st.sampled_from([1, 4, 6, 8, 9, 12, 16, 18])))
    name = draw(st.sampled_from(["pixel_shuffle", "pixel_unshuffle"]))
    return name, {"factor": draw(st.integers(1, 4))}, x


@st.composite
def mixed(draw: Draw) -> tuple[str, Options, Shape]:
    """A channel shuffle."""
    return "channel_shuffle", {"groups": draw(st.integers(1, 9))}, draw(shapes(channels=st.integers(1, 12)))


@st.composite
def padded(draw: Draw) -> tuple[str, Options, Shape]:
    """A pad in any mode."""
    x = draw(shapes(1))
    modes = ["zeros", "reflect", "replicate", "circular"]
    options: Options = {"padding": draw(sides(len(x) - 1, 10)), "mode": draw(st.sampled_from(modes))}
    if draw(st.booleans()):
        options["value"] = draw(st.sampled_from([0, 1.5]))
    return "pad", options, x


@st.composite
def cropped(draw: Draw) -> tuple[str, Options, Shape]:
    """A crop from the sides or around the centre."""
    x = draw(shapes(1))
    if draw(st.booleans()):
        return "crop", {"cropping": draw(sides(len(x) - 1, 4))}, x
    return "crop", {"to": draw(st.tuples(*[st.integers(1, n) for n in x[1:]]))}, x


@st.composite
def pieces(draw: Draw) -> tuple[str, Options, Shape]:
    """A split or chunk that may or may not fit."""
    x = draw(shapes())
    options: Options = {"axis": draw(axis_of(x))}
    how = draw(st.sampled_from(["sizes", "parts", "chunk"]))
    if how == "sizes":
        options["sizes"] = draw(st.lists(SIZES, min_size=1, max_size=3))
    else:
        options["parts"] = draw(st.integers(1, 12))
    return "chunk" if how == "chunk" else "split", options, x


@st.composite
def sliced(draw: Draw) -> tuple[str, Options, Shape]:
    """A slice, also beyond the ends."""
    x = draw(shapes())
    options: Options = {"axis": draw(axis_of(x)), "start": draw(st.integers(-11, 11)), "step": draw(st.integers(1, 4))}
    if draw(st.booleans()):
        options["stop"] = draw(st.integers(-11, 11))
    return "slice", options, x


@st.composite
def reduced(draw: Draw) -> tuple[str, Options, Shape]:
    """A reduction over some axes."""
    x = draw(shapes(0, 4))
    name = draw(st.sampled_from(["mean", "sum", "max", "min"]))
    return name, {"axes": draw(axes_of(x)), "keep": draw(st.booleans())}, x


@st.composite
def cut_out(draw: Draw) -> tuple[str, Options, Shape]:
    """A region layer."""
    x = draw(shapes(2, 2))
    options = {"size": draw(per_axis(2, st.integers(1, 4))), "ratio": draw(st.integers(1, 3))}
    return "roi_align", {**options, "regions": draw(st.integers(1, 3)), "aligned": draw(st.booleans())}, x


def near(x: Shape, loose: st.SearchStrategy[int]) -> st.SearchStrategy[Shape]:
    """Shapes like this one, here and there with another size."""
    return st.tuples(*[st.just(n) | loose for n in x])


@st.composite
def joined(draw: Draw) -> tuple[str, Options, tuple[Shape, ...]]:
    """A merge of like shapes, here and there of unlike ones."""
    names = ["add", "subtract", "mul", "divide", "maximum", "minimum", "average", "concat"]
    name = draw(st.sampled_from(names))
    x = draw(shapes())
    count = 2 if name in ("subtract", "divide") else draw(st.integers(2, 4))
    loose = st.just(1) if draw(st.booleans()) else SIZES
    inputs = draw(st.tuples(*[near(x, loose)] * count))
    return name, {"axis": draw(axis_of(x))} if name == "concat" else {}, inputs


@st.composite
def multiplied(draw: Draw) -> tuple[str, Options, tuple[Shape, ...]]:
    """A matrix product that mostly fits."""
    m, k, n = draw(st.tuples(SIZES, SIZES, SIZES))
    lead = draw(st.lists(SIZES, max_size=2).map(tuple))
    options = {key: draw(st.booleans()) for key in ("transpose_a", "transpose_b")}
    a, b = (*draw(near(lead, st.just(1))), m, k), (*draw(near(lead, st.just(1))), k, n)
    if draw(st.integers(0, 3)) == 0:
        b = draw(near(b, SIZES))
    swap = {key: (lambda s: (*s[:-2], s[-1], s[-2])) if wanted else tuple for key, wanted in options.items()}
    return "matmul", dict(options), (swap["transpose_a"](a), swap["transpose_b"](b))


SINGLES = {
    strategy.__name__: strategy()
    for strategy in (
        flattened,
        reshaped,
        permuted,
        squeezed,
        unsqueezed,
        upsampled,
        shuffled,
        mixed,
        padded,
        cropped,
        pieces,
        sliced,
        reduced,
        cut_out,
    )
}
DEVICE = {"cut_out": "cpu"}
"""Where running is quicker than torch's decomposition on the meta device."""
MERGES = {"joined": joined(), "multiplied": multiplied()}


@pytest.mark.parametrize("kind", SINGLES)
def test_layers_of_one_input_agree_with_torch(kind: str) -> None:
    """Shape and refusal are torch's own, for whatever options and sizes are drawn."""

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(SINGLES[kind])
    def hold(case: tuple[str, Options, Shape]) -> None:
        name, options, x = case
        agree(REGISTRY[name], options, (x,), device=DEVICE.get(kind, "meta"))

    hold()


@pytest.mark.parametrize("kind", MERGES)
def test_merges_agree_with_torch(kind: str) -> None:
    """Shape, MACs and refusal are torch's own where all inputs have as many axes."""

    @settings(max_examples=EXAMPLES, deadline=None)
    @given(MERGES[kind])
    def hold(case: tuple[str, Options, tuple[Shape, ...]]) -> None:
        name, options, inputs = case
        agree(REGISTRY[name], options, inputs)

    hold()


def test_vector_repeats_agree_with_torch() -> None:
    """A repeated vector has the shape that torch gives it, and its values."""
    assert agree(REGISTRY["repeat_vector"], {"times": 3}, ((5,),))
    x = torch.arange(6.0).reshape(2, 3)
    assert torch.equal(ours.repeat_vector(x, 4), torch.stack([x] * 4, dim=-1))


def run(name: str, options: Options, x: Shape) -> Callable[..., Tensor]:
    """The torch function of a layer."""
    _, function = realize(make(name, options, (x,)).call((x,)))
    return cast("Callable[..., Tensor]", function)


# --- values of our own functions ---------------------------------------------------------

A, B, C = torch.tensor([[6.0, -2.0]]), torch.tensor([[1.0, 5.0]]), torch.tensor([[2.0, 3.0]])


@pytest.mark.parametrize(
    ("function", "want"),
    [
        (ours.add, [[9.0, 6.0]]),
        (ours.multiply, [[12.0, -30.0]]),
        (ours.maximum, [[6.0, 5.0]]),
        (ours.minimum, [[1.0, -2.0]]),
        (ours.average, [[3.0, 2.0]]),
    ],
)
def test_values_of_joining_three(function: Callable[..., Tensor], want: list[list[float]]) -> None:
    """Three tensors are joined element by element."""
    assert function(A, B, C).tolist() == want


@pytest.mark.parametrize(("first", "second"), [(False, False), (False, True), (True, False), (True, True)])
def test_values_of_transposed_products(first: bool, second: bool) -> None:  # noqa: FBT001
    """A matrix transposed before and by the layer is the matrix itself."""
    a, b = torch.arange(12.0).reshape(1, 3, 4), torch.arange(20.0).reshape(1, 4, 5)
    given_a, given_b = a.mT if first else a, b.mT if second else b
    assert torch.equal(ours.matmul(given_a, given_b, transpose_a=first, transpose_b=second), a @ b)


def test_values_of_reshape() -> None:
    """Elements keep their order within each sample."""
    x = torch.arange(24.0).reshape(2, 3, 4)
    assert torch.equal(ours.reshape(x, (2, -1)), torch.arange(24.0).reshape(2, 2, 6))


def test_values_of_slice() -> None:
    """Positions are those of a Python slice, and the module says which."""
    x = torch.arange(20.0).reshape(2, 10)
    module = ours.Slice(dim=1, start=1, stop=-1, step=3)
    assert torch.equal(module(x), x[:, 1:-1:3])
    assert repr(module) == "Slice(dim=1, start=1, stop=-1, step=3)"


# --- regions -----------------------------------------------------------------------------


def sampled(image: list[list[float]], y: float, x: float) -> float:
    """One bilinear sample as Mask R-CNN defines it: zero beyond one position outside the map."""
    height, width = len(image), len(image[0])
    if not (-1 <= y <= height and -1 <= x <= width):
        return 0.0
    y, x = min(max(y, 0), height - 1), min(max(x, 0), width - 1)
    top, left = floor(y), floor(x)
    below, right = min(top + 1, height - 1), min(left + 1, width - 1)
    down, over = y - top, x - left
    upper = image[top][left] * (1 - over) + image[top][right] * over
    lower = image[below][left] * (1 - over) + image[below][right] * over
    return upper * (1 - down) + lower * down


def pooled(
    image: list[list[float]],
    box: list[float],
    size: tuple[int, int],
    scale: float,
    ratio: int,
    aligned: bool,  # noqa: FBT001
) -> list[list[float]]:
    """One region by the definition, position by position."""
    x1, y1, x2, y2 = (edge * scale - 0.5 * aligned for edge in box)
    wide, tall = (x2 - x1, y2 - y1) if aligned else (max(x2 - x1, 1), max(y2 - y1, 1))
    step_y, step_x = tall / size[0], wide / size[1]
    taps = [(i + 0.5) / ratio for i in range(ratio)]
    return [
        [
            sum(sampled(image, y1 + (r + ty) * step_y, x1 + (c + tx) * step_x) for ty in taps for tx in taps) / ratio**2
            for c in range(size[1])
        ]
        for r in range(size[0])
    ]


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("ratio", [1, 2])
def test_values_of_regions(ratio: int, aligned: bool) -> None:  # noqa: FBT001
    """Regions are sampled by Mask R-CNN's definition, also partly outside the map and thinner than a position."""
    images = torch.rand(2, 3, 6, 8, generator=torch.Generator().manual_seed(1))
    boxes = [
        [[0.0, 0.0, 16.0, 12.0], [3.0, 2.5, 9.0, 11.0], [5.0, 5.0, 5.5, 5.5]],
        [[-9.0, -7.0, 5.0, 6.0], [10.0, 8.0, 30.0, 31.0], [40.0, 40.0, 60.0, 50.0]],
    ]
    module = ours.RoiAlign(size=(2, 3), scale=0.5, ratio=ratio, regions=3, aligned=aligned)
    got = module(images, torch.tensor(boxes))
    want = [
        [pooled(channel.tolist(), box, (2, 3), 0.5, ratio, aligned) for channel in image]
        for image, regions in zip(images, boxes, strict=True)
        for box in regions
    ]
    torch.testing.assert_close(got, torch.tensor(want), atol=1e-5, rtol=1e-5)


def test_regions_without_boxes_are_the_whole_map() -> None:
    """Without proposals every region is the whole map, as many as stated for each image."""
    images = torch.rand(2, 1, 4, 4, generator=torch.Generator().manual_seed(2))
    module = ours.RoiAlign(size=(2, 2), scale=0.25, ratio=1, regions=3, aligned=True)
    whole = torch.tensor([[[0.0, 0.0, 16.0, 16.0]] * 3] * 2)
    assert torch.equal(module(images), module(images, whole))
    assert module(images).shape == (6, 1, 2, 2)


# --- windows -----------------------------------------------------------------------------


def taps_read(function: Callable[..., Tensor], window: Window, x: Shape) -> set[int]:
    """Which taps of the window's last axis torch reads, found by gradients."""
    stride, dilation, before = window.stride[-1], window.dilation[-1], window.pads[-1][0]
    given_map = torch.rand(1, *x, generator=torch.Generator().manual_seed(3)).requires_grad_()
    y = function(given_map)
    taps = set()
    for out in range(y.shape[-1]):
        (gradient,) = torch.autograd.grad(y[..., out].sum(), given_map, retain_graph=True)
        read = gradient.abs().reshape(-1, x[-1]).sum(0) > 1e-6
        for position in read.nonzero().flatten().tolist():
            tap = out + before - position * stride if window.transposed else position - out * stride + before
            assert tap % dilation == 0
            taps.add(tap // dilation)
    return taps


LINE, PLANE = (1, 12), (4, 12, 12)
READS = [
    *[("upsample", {"factor": f, "mode": mode}, LINE) for f in (1, 2, 3, 4) for mode in ("nearest", "linear", "area")],
    *[("upsample", {"factor": f, "mode": "bicubic"}, PLANE) for f in (1, 2, 3, 4)],
    ("upsample", {"size": 36, "mode": "nearest-exact"}, LINE),
    ("pixel_shuffle", {"factor": 2}, PLANE),
    ("pixel_unshuffle", {"factor": 3}, PLANE),
    ("pad", {"padding": [[2, 3]]}, LINE),
    ("crop", {"cropping": [[2, 3]]}, LINE),
    ("slice", {"start": 2, "stop": -1, "step": 3, "axis": -1}, LINE),
    ("mean", {"axes": [-1], "keep": True}, LINE),
]


@pytest.mark.parametrize(("name", "options", "x"), READS, ids=lambda value: str(value)[:40])
def test_window_is_what_torch_reads(name: str, options: Options, x: Shape) -> None:
    """The window that a layer states reaches exactly as far as gradients flow, on both sides."""
    window = make(name, options, (x,)).facts((x,)).window
    assert window is not None
    taps = taps_read(run(name, options, x), window, x)
    assert (min(taps), max(taps)) == (0, window.kernel[-1] - 1)
