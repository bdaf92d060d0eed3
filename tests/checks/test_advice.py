"""Advice of design rules that is followed to the letter mends what was found, and breaks nothing else."""

from __future__ import annotations

import pytest

from cnninspect import api
from cnninspect.checks.rules import checkerboard_upsampling
from cnninspect.checks.subject import Subject


def helped(text: str) -> tuple[list[str], tuple[int, ...]]:
    """What the rule advises of a model, and the shape that the model gives."""
    loaded = api.read("x.yaml", text=text)
    assert loaded.graph is not None
    assert not loaded.findings
    (shape,) = [shape for shape in loaded.graph.nodes[-1].outputs if shape is not None]
    return [finding.help for finding in checkerboard_upsampling.check(Subject(loaded))], shape


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
    ((told,), before) = helped(model.replace("OPTIONS", options))
    kernel, _, rest = advised.partition(", ")
    assert told == f"{kernel} gives each the same number, and the same size with {rest}; or upsample and convolve"
    kept = [option for option in options.split(", ") if option.startswith(("stride", "dilation"))]
    assert helped(model.replace("OPTIONS", ", ".join([advised, *kept]))) == ([], before)


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
    assert helped(f"input: [8, 9]\nlayers:\n  - conv_transpose: {{out: 4, kernel: 3, {options}}}\n")[0] == [told]
