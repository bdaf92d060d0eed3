"""A layer that misses axes: the help names what took them away, and the remedy, applied, mends the model."""

from __future__ import annotations

import pytest

from tests.support.models import findings

GATE = "input: [64, 8, 8]\nlayers:\n  - mul: {gate: [%s], x: []}\n"
PLAIN = "input: [64, 8, 8]\nlayers: [%s]\n"

REMEDIES = [
    (
        GATE,
        "mean: {axes: channels}, sigmoid",
        "write keep: true at mean '0', or reshape (8, 8) to [1, 8, 8]",
        ["mean: {axes: channels, keep: true}, sigmoid", "mean: {axes: channels}, sigmoid, reshape: [1, 8, 8]"],
    ),
    (
        GATE,
        "mean: {axes: [channels, height]}, sigmoid",
        "write keep: true at mean '0', or reshape (8,) to [1, 1, 8]",
        ["mean: {axes: [1, 2], keep: true}, sigmoid", "mean: {axes: [1, 2]}, sigmoid, reshape: [1, 1, 8]"],
    ),
    (
        GATE,
        "global_avg_pool: {keep: false}, sigmoid",
        "write keep: true at global_avg_pool '0', or reshape (64,) to [64, 1, 1]",
        ["global_avg_pool: {keep: true}, sigmoid"],
    ),
    (
        GATE,
        "global_avg_pool, flatten, sigmoid",
        "drop flatten '1', or reshape (64,) to [64, 1, 1]",
        ["global_avg_pool, sigmoid", "global_avg_pool, flatten, sigmoid, reshape: [64, 1, 1]"],
    ),
    (
        GATE,
        "mean: {axes: [1, 2, 3]}",
        "write keep: true at mean '0'",
        ["mean: {axes: [1, 2, 3], keep: true}"],
    ),
    (  # a linear layer between them would work on the width
        GATE,
        "global_avg_pool, flatten, linear: 64, sigmoid",
        "reshape (64,) to [64, 1, 1]",
        ["global_avg_pool, flatten, linear: 64, sigmoid, reshape: [64, 1, 1]"],
    ),
    (
        GATE,
        "global_avg_pool, flatten, linear: 16",
        "end the branch of (16,) with linear: 64 and reshape: [64, 1, 1]",
        ["global_avg_pool, flatten, linear: 16, linear: 64, reshape: [64, 1, 1]"],
    ),
    (
        GATE.replace("mul", "concat"),
        "global_avg_pool, flatten",  # with its axes it would not go together either
        "flatten the longer one",
        [],
    ),
    (
        PLAIN,
        "mean: {axes: [2, 3]}, conv: {out: 8, kernel: 1}",
        "write keep: true at mean '0', or reshape (64,) to [64, 1, 1]",
        [
            "mean: {axes: [2, 3], keep: true}, conv: {out: 8, kernel: 1}",
            "mean: {axes: [2, 3]}, reshape: [64, 1, 1], conv: {out: 8, kernel: 1}",
        ],
    ),
    (
        PLAIN,
        "flatten, conv: {out: 8, kernel: 3}",
        "drop flatten '0', or reshape (4096,) to [64, 8, 8]",
        ["conv: {out: 8, kernel: 3}", "flatten, reshape: [64, 8, 8], conv: {out: 8, kernel: 3}"],
    ),
    (
        PLAIN,
        "mean: {axes: [2, 3]}, conv: {out: 8, kernel: 3}",  # what is kept has one position, and the kernel three
        "a map lost its axes above: keep them there, or reshape it",
        [],
    ),
]


@pytest.mark.parametrize(("model", "layers", "remedy", "mended"), REMEDIES)
def test_remedies(model: str, layers: str, remedy: str, mended: list[str]) -> None:
    """The remedy that the help names leaves no mistake."""
    (found,) = findings(model % layers)
    assert found.partition(" | ")[2] == remedy
    assert [findings(model % other) for other in mended] == [[]] * len(mended)


def test_a_short_input_of_the_network() -> None:
    """Where no layer took the axes, the shapes alone say what to do."""
    text = "inputs: {x: [64, 8, 8], g: [64]}\nlayers:\n  - {relu: , from: x, name: a}\n  - mul: [a, g]\n"
    (found,) = findings(text)
    assert found.endswith(" | reshape (64,) to [64, 1, 1]")
