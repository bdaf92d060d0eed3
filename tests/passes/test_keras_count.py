"""Keras's count of parameters, against sums done by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cnninspect import api

if TYPE_CHECKING:
    from cnninspect.passes.keras_count import KerasCount


def count(layers: str) -> KerasCount | None:
    """Keras's count of a network on 3x8x8."""
    graph = api.read("model.yaml", text=f"input: [3, 8, 8]\nlayers: [{layers}]").graph
    assert graph is not None
    return api.summarize(graph, count="keras").keras


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        pytest.param("{conv: {out: 4, kernel: 3}}", (112, 112, 0), id="learned alone: 3·9·4 + 4"),
        pytest.param("batch_norm", (12, 6, 6), id="factor and offset, and mean and variance apart"),
        pytest.param("{batch_norm: {center: false}}", (9, 3, 6), id="no offset, as scale and center leave it out"),
        pytest.param("{batch_norm: {frozen: true}}", (12, 0, 12), id="frozen: all four"),
        pytest.param("{instance_norm: {track: true, affine: true}}", (12, 6, 6), id="torch's counter is not counted"),
        pytest.param("normalize", (7, 0, 7), id="mean, variance and Keras's own counter of samples"),
        pytest.param("{conv: {out: 4, kernel: 3, trainable: false}}", (112, 0, 112), id="frozen weights"),
        pytest.param("{batch_norm: , name: a}, {batch_norm: , share: a}", (12, 6, 6), id="shared once"),
        pytest.param("relu", (0, 0, 0), id="nothing"),
        pytest.param("{conv: {out: 4, kernel: 9}}", (None, None, None), id="unknown"),
    ],
)
def test_count(layers: str, expected: tuple[int | None, ...]) -> None:
    """Total, trainable and non-trainable, statistics being parameters that are not trained."""
    assert count(layers) == expected


def test_only_where_asked_for() -> None:
    """A summary that nobody asked for Keras's count has none."""
    assert api.summarize(api.load("lenet5_modern")).keras is None


def test_an_unknown_count_is_refused() -> None:
    """The error names the counts that are known."""
    with pytest.raises(ValueError, match="unknown count 'kears': use torch, keras"):
        api.summarize(api.load("lenet5_modern"), count="kears")
