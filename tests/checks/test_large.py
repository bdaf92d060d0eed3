"""Large networks are looked at in time that grows as they do."""

from __future__ import annotations

from time import process_time

import pytest

from cnninspect import api
from cnninspect.checks.lint import lint

MODELS = {
    "residual blocks": (
        "input: [8, 16, 16]\nlayers:\n  - sequence:\n      - add:\n          skip: []\n"
        "          main: [conv: {out: 8, kernel: 3, padding: 1, bias: false}, batch_norm, relu, conv: {out: 8, kernel: 1}]\n"
        "      - relu\n    repeat: 1500\n  - global_avg_pool\n  - flatten\n  - linear: 10\n"
    ),
    "concatenations of concatenations": (
        "input: [8, 16, 16]\nlayers:\n  - concat:\n      a: []\n      b: [conv: {out: 4, kernel: 3, padding: 1}, relu]\n"
        "    repeat: 1500\n"
    ),
    "the same of a stretched map": (
        "input: [8, 16, 16]\nlayers:\n  - upsample: 2\n  - concat:\n      a: []\n"
        "      b: [conv: {out: 4, kernel: 3, padding: 1}, relu]\n    repeat: 1500\n"
    ),
    "branches that lead nowhere": (
        "input: [8, 16, 16]\nlayers:\n  - {relu: , name: a}\n  - sequence: [{conv: {out: 8, kernel: 1}, from: a}, relu]\n"
        "    repeat: 1500\n"
    ),
    "layers that leave all as it is": (
        "input: [8, 16, 16]\nlayers:\n  - sequence: [dropout, identity, batch_norm, relu]\n    repeat: 1500\n"
    ),
    "a line for each": "input: [8, 16, 16]\nlayers:\n"
    + "".join([f"  - conv: {{out: {8 + i % 7}, kernel: 1}}\n  - batch_norm\n  - relu\n" for i in range(1500)]),
}


@pytest.mark.parametrize("name", MODELS)
def test_time_grows_with_the_network(name: str) -> None:
    """A network of thousands of layers takes seconds at most, where a quadratic rule took minutes."""
    loaded = api.read("model.yaml", text=MODELS[name])
    start = process_time()
    found = lint([loaded])
    assert process_time() - start < 15
    assert len(found) < 2000


COMMENTED = {
    "beside layers": "".join(
        [f'  - {{relu: , name: "r{i}"}}  # cnninspect: ignore[activation-twice, dead-layer] x\n' for i in range(5000)]
    ),
    "above one layer": "  # cnninspect: ignore[activation-twice, dead-layer] x\n" * 5000 + "  - relu\n" * 2000,
}


@pytest.mark.parametrize("name", COMMENTED)
def test_time_grows_with_the_comments(name: str) -> None:
    """Thousands of comments, of use or not, take seconds at most; each was held against every finding and quoted text."""
    loaded = api.read("model.yaml", text="input: [8, 16, 16]\nlayers:\n" + COMMENTED[name])
    start = process_time()
    found = lint([loaded])
    assert process_time() - start < 8
    assert len(found) >= 5000
