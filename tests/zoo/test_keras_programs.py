"""The Keras programs of the notes, layer by layer, against what Keras itself says of them.

``data/keras/NAME.txt``: a title; total, trainable and non-trainable parameters; then each layer's class, output shape
(channels last) and parameters in Keras's count, the layers of a class in the order in which the program makes them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cnninspect import api
from cnninspect.passes.cost import costs
from cnninspect.passes.keras_count import keras_count

DATA = Path(__file__).parent.parent / "data" / "keras"
PROGRAMS = [
    "notes_custom_vgg",
    "notes_dense_net",
    "notes_generator",
    "notes_inception",
    "notes_resnet",
    "notes_xception",
]
CLASSES = {
    "add": "Add",
    "avg_pool": "AveragePooling2D",
    "batch_norm": "BatchNormalization",
    "concat": "Concatenate",
    "conv": "Conv2D",
    "depthwise_conv": "DepthwiseConv2D",
    "dropout": "Dropout",
    "flatten": "Flatten",
    "linear": "Dense",
    "max_pool": "MaxPooling2D",
    "reshape": "Reshape",
    "upsample": "UpSampling2D",
}
"""Activations have no rows of their own: most of the programs give them to the layer above as an option."""

Layer = tuple[str, str, int | None]
Totals = tuple[int | None, ...]


def recorded(name: str) -> tuple[Totals, list[Layer]]:
    """What Keras says: the three totals, and class, shape and parameters of every layer but activations."""
    _, totals, _, *lines = (DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split(" ") for line in lines]
    layers: list[Layer] = [(kind, shape, int(count)) for kind, shape, count in rows if kind != "Activation"]
    return tuple(int(number) for number in totals.split(" ")), layers


def own(name: str) -> tuple[Totals, list[Layer]]:
    """The same of the shipped network, sorted by class."""
    graph = api.load(name)
    found = costs(graph)
    layers: list[Layer] = []
    for node, cost in zip(graph.nodes, found, strict=True):
        if node.op in CLASSES:
            channels, *places = node.outputs[0] or ()
            layers.append(
                (CLASSES[node.op], "x".join(map(str, (*places, channels))), keras_count([node], [cost]).total)
            )
    return keras_count(graph.nodes, found), sorted(layers, key=lambda layer: layer[0])


@pytest.mark.parametrize("name", PROGRAMS)
def test_layers(name: str) -> None:
    """Every layer has Keras's output shape and parameters, in the order of the program."""
    assert own(name)[1] == recorded(name)[1]


@pytest.mark.parametrize("name", PROGRAMS)
def test_totals(name: str) -> None:
    """Total, trainable and non-trainable parameters are the ones that Keras prints."""
    assert own(name)[0] == recorded(name)[0]


def test_printed() -> None:
    """The records hold what the notes show below each program."""
    assert {path.stem: recorded(path.stem)[0] for path in DATA.iterdir()} == {
        "notes_custom_vgg": (307_498, 307_498, 0),
        "notes_dense_net": (2_065_686, 2_064_806, 880),
        "notes_generator": (6_763_777, 6_751_233, 12_544),
        "notes_inception": (1_373_284, 1_373_284, 0),
        "notes_resnet": (68_671_236, 68_669_284, 1_952),
        "notes_xception": (4_456_548, 4_454_564, 1_984),
    }
