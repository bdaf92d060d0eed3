"""Networks of ``keras.applications`` carry Keras's names, and every layer is what it is there.

``data/keras_applications/NAME.txt.gz``: a title, then each layer's class, name, output shape (channels last) and
parameters in Keras's count.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from cnninspect import api
from cnninspect.passes.cost import costs
from cnninspect.passes.keras_count import keras_count

DATA = Path(__file__).parent.parent / "data" / "keras_applications"
TOTALS = {
    "keras_efficientnet_b0": (5_330_571, 5_288_548, 42_023),
    "keras_inception_resnet_v2": (55_873_736, 55_813_192, 60_544),
    "keras_mobilenet": (4_253_864, 4_231_976, 21_888),
    "keras_nasnet_mobile": (5_326_716, 5_289_978, 36_738),
    "keras_resnet50": (25_636_712, 25_583_592, 53_120),
    "keras_xception": (22_910_480, 22_855_952, 54_528),
}


MERGES = {"Add", "Concatenate", "CustomScaleLayer"}  # the last scales and adds
WITHIN = {"softmax", "silu", "sigmoid", "scale_shift"}  # what is a part of another layer in Keras


def recorded(name: str) -> tuple[dict[str, tuple[str, int]], list[str]]:
    """Shape and parameters of every layer by its name; and the shapes of the merges, which have no names here."""
    _, *lines = gzip.decompress((DATA / f"{name}.txt.gz").read_bytes()).decode().splitlines()
    rows = [line.split(" ") for line in lines]
    layers = {called: (shape, int(count)) for kind, called, shape, count in rows if kind not in MERGES}
    return layers, sorted(shape for kind, _, shape, _ in rows if kind in MERGES)


@pytest.mark.parametrize("name", TOTALS)
def test_layers(name: str) -> None:
    """Every layer has Keras's output shape and parameters, and the merges, which are not named, have its shapes."""
    graph = api.load(name)
    own = {}
    for node, cost in zip(graph.nodes, costs(graph), strict=True):
        channels, *places = node.outputs[0] or ()
        own[node.name] = ("x".join(map(str, (*places, channels))), keras_count([node], [cost]).total)
    layers, merges = recorded(name)
    assert {called: own.get(called) for called in layers} == layers
    unnamed = [node for node in graph.nodes if node.name not in layers]
    assert sorted(own[node.name][0] for node in unnamed if node.op in {"add", "concat"}) == merges
    assert {node.op for node in unnamed} <= {"add", "concat", *WITHIN}


@pytest.mark.parametrize("name", TOTALS)
def test_totals(name: str) -> None:
    """Total, trainable and non-trainable parameters are the ones that Keras prints."""
    assert api.summarize(api.load(name), count="keras").keras == TOTALS[name]


def test_same_as_torchvision() -> None:
    """Keras's VGG16 and DenseNet121 differ from torchvision's in nothing that is counted, so the files are those."""
    assert api.summarize(api.load("vgg16"), count="keras").keras == (138_357_544, 138_357_544, 0)
    assert api.summarize(api.load("densenet121"), count="keras").keras == (8_062_504, 7_978_856, 83_648)
