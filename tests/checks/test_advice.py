"""Advice of design rules that is followed to the letter mends what was found, and breaks nothing else."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.checks.rules import rules
from cnninspect.checks.subject import Subject


def helped(code: str, text: str) -> tuple[list[str], tuple[int, ...]]:
    """What a rule advises of a model, and the shape that the model gives."""
    loaded = api.read("x.yaml", text=text)
    assert loaded.graph is not None
    assert not loaded.findings
    (shape,) = [shape for shape in loaded.graph.nodes[-1].outputs if shape is not None]
    return [finding.help for finding in rules()[code].check(Subject(loaded))], shape


@pytest.mark.parametrize(
    ("options", "advised"),
    [
        ("kernel: 3, stride: 2, padding: 1, output_padding: 1", "kernel: 4, padding: 1, output_padding: 0"),
        ("kernel: 3, stride: 2", "kernel: 4, padding: 1, output_padding: 1"),
        ("kernel: 5, stride: 3, padding: 1", "kernel: 6, padding: 2, output_padding: 1"),
        ("kernel: 5, stride: 4, padding: 1", "kernel: 8, padding: 3, output_padding: 1"),
        ("kernel: 3, stride: 4, output_padding: 3", "kernel: 4, padding: 0, output_padding: 2"),
        ("kernel: 5, stride: 3, padding: 2, dilation: 2", "kernel: 6, padding: 3, output_padding: 0"),
    ],
)
def test_a_kernel_that_covers_evenly(options: str, advised: str) -> None:
    """The kernel that is advised covers the outputs evenly, and the map keeps its size with the rest of the advice."""
    model = "input: [8, 9]\nlayers:\n  - conv_transpose: {out: 4, OPTIONS}\n"
    ((told,), before) = helped("checkerboard-upsampling", model.replace("OPTIONS", options))
    kernel, _, rest = advised.partition(", ")
    assert told == f"{kernel} gives each the same number, and the same size with {rest}; or upsample and convolve"
    kept = [option for option in options.split(", ") if option.startswith(("stride", "dilation"))]
    assert helped("checkerboard-upsampling", model.replace("OPTIONS", ", ".join([advised, *kept]))) == ([], before)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("stride: 2, padding: same", "kernel: 4 gives each the same number; or upsample and convolve"),
        ("stride: 2, padding: [[0, 1]]", "kernel: 4 gives each the same number; or upsample and convolve"),
        (
            "stride: 2, dilation: 2",
            "no kernel reaches all outputs with dilation 2: leave it out, or upsample and convolve",
        ),
    ],
)
def test_where_no_more_can_be_said(options: str, told: str) -> None:
    """Padding by rule keeps the size by itself; no kernel helps where all taps fall on some outputs."""
    assert helped(
        "checkerboard-upsampling", f"input: [8, 9]\nlayers:\n  - conv_transpose: {{out: 4, kernel: 3, {options}}}\n"
    )[0] == [told]


@pytest.mark.parametrize(
    ("shape", "options", "advised"),
    [
        ("2, 2", "kernel: 5, padding: 2", "3x3 with padding: 1"),
        ("2, 2", "kernel: [1, 5], padding: [0, 2]", "1x3 with padding: [[0, 0], [1, 1]]"),
        ("3", "kernel: 4, stride: 2, padding: [[0, 2]]", "3 with padding: [[0, 1]]"),
    ],
)
def test_a_kernel_that_computes_the_same(shape: str, options: str, advised: str) -> None:
    """The smaller kernel comes with the padding that keeps its outputs where they were."""
    code = "taps-in-padding"
    model = f"input: [8, {shape}]\nlayers:\n  - conv: {{out: 4, OPTIONS}}\n"
    ((told,), before) = helped(code, model.replace("OPTIONS", options))
    assert told.startswith(f"a kernel of {advised} computes the same here; a larger input or ")
    kernel, _, padding = advised.partition(" with ")
    stride = [option for option in options.split(", ") if option.startswith("stride")]
    followed = ", ".join([f"kernel: [{kernel.replace('x', ', ')}]", padding, *stride])
    assert helped(code, model.replace("OPTIONS", followed)) == ([], before)


@pytest.mark.parametrize(
    ("cells", "options"),
    [
        (1, "kernel: 2, padding: [[5, 4]], stride: 2, dilation: 2"),
        (3, "kernel: 4, padding: [[1, 4]], stride: 3, dilation: 2"),
    ],
)
def test_no_kernel_of_that_kind(cells: int, options: str) -> None:
    """Where no tap sees anything, or the first one that does begins within the map, no kernel is advised."""
    ((told,), _) = helped("taps-in-padding", f"input: [8, {cells}]\nlayers:\n  - conv: {{out: 4, {options}}}\n")
    assert told.startswith("a larger input or ")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("kernel: 3, padding: 4", "pad at most 2; 1 keeps the size"),
        ("kernel: 4, padding: 5", "pad at most 3"),
        ("kernel: 3, padding: 4, stride: 2", "pad at most 2"),
        ("kernel: 3, padding: 5, dilation: 2", "pad at most 4; 2 keeps the size"),
        ("kernel: 1, padding: 1", "remove the padding"),
    ],
)
def test_padding_that_keeps_the_size(options: str, told: str) -> None:
    """Half of the extent is said to keep the size only where it does."""
    model = "input: [8, 9]\nlayers:\n  - conv: {out: 4, OPTIONS}\n"
    assert helped("padding-beyond-kernel", model.replace("OPTIONS", options))[0] == [told]
    half = told.partition("; ")[2].partition(" ")[0]
    if half:
        kept = [option if not option.startswith("padding") else f"padding: {half}" for option in options.split(", ")]
        assert helped("padding-beyond-kernel", model.replace("OPTIONS", ", ".join(kept))) == ([], (4, 9))


def test_a_depthwise_layer_that_can_be_one() -> None:
    """Depthwise is only advised where the outputs are a multiple of the inputs."""
    model = """\
input: [16, 8, 8]
layers:
  - conv: {out: 64, kernel: 1}
  - relu
  - conv: {out: OUT, kernel: 3, padding: 1}
  - relu
  - conv: {out: 16, kernel: 1}
"""
    assert helped("bottleneck-widens", model.replace("OUT", "64"))[0] == [
        "narrow '0', or make this one depthwise (groups: 64)"
    ]
    assert helped("bottleneck-widens", model.replace("OUT", "96"))[0] == ["narrow '0'"]
