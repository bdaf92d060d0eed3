"""Names of a model that its Python file needs for something else: the file is the same network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("torch")

from cnninspect import api
from tests.backends.test_export_python import hold, network, read

if TYPE_CHECKING:
    from cnninspect.ir import Graph

MODEL = """
name: NAME
inputs: {NAME: [3, 8, 8], other: [3, 8, 8]}
params: {NAME: 4}
blocks:
  unit:
    args: {NAME, wide: false}
    layers:
      - {conv: {out: $NAME, kernel: 1}, name: conv}
      - {conv: {out: $NAME, kernel: 1}, when: $wide}
      - relu
layers:
  - {add: [NAME, other], name: sum_of_both}
  - {conv: {out: $NAME, kernel: 1}, name: first}
  - {unit: {NAME: 6}, name: a, repeat: 3}
  - {unit: {NAME: 8, wide: true}, name: b}
  - {layer_scale: {}, name: scale}
  - {reshape: [8, 64], name: flat}
  - {reshape: [8, 8, 8], name: unflat}
  - {conv: {out: 2, kernel: 1}, name: NAME_}
  - {conv: {out: 2, kernel: 1}, from: unflat, name: LAYER}
  - {conv: {out: 2, kernel: 1}, from: unflat, name: third}
  - {concat: [NAME_, LAYER, third], name: joined}
  - {conv: {out: 2, kernel: 1, trainable: false}, name: last}
"""
NAMES = [
    "nn",
    "torch",
    "F",
    "Tensor",
    "super",
    "range",
    "zip",
    "len",
    "int",
    "float",
    "self",
    "math",
    "sum",
    "print",
    "tuple",
    "dict",
    "i",
    "layers",
    "frozen",
    "LayerScale",
    "reshape",
    "Unit",
    "unit",
    "class",
    "lambda",
    "None_",
    "__class__",
    "__hidden",
    "x",
    "t6",
    "layer",
    "forward",
]


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_the_file_needs(name: str) -> None:
    """A param, an argument of a block, an input, a layer and a network of such a name shadow nothing that the file uses."""
    text = MODEL.replace("LAYER", "layer_" if name == "self" else name).replace("NAME", name)
    hold(read("x", text))

    def again(params: dict[str, object]) -> Graph | None:
        return api.read("x.yaml", text=text, sets=params).graph

    code = api.export_python(read("x", text), again)
    made = network(read("x", text), code)
    assert next(made.first.parameters()).shape == (4, 3, 1, 1)


def test_a_param_that_is_called_as_a_module_of_torch_gets_another_name() -> None:
    """A param called nn is the argument nn_."""
    text = "name: net\ninput: [3, 8, 8]\nparams: {nn: 4}\nlayers: [{conv: {out: $nn, kernel: 1}}, {conv: {out: 2, kernel: 1}}]\n"
    code = api.export_python(read("x", text), lambda sets: api.read("x.yaml", text=text, sets=sets).graph)
    assert "def net(nn_: int = 4) -> Net:" in code
    assert "nn.Conv2d(3, nn_, kernel_size=1)" in code
