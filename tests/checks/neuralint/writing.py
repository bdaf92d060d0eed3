"""Models of a few words: what the programs have in common."""

from __future__ import annotations

CONV = "conv: {out: %d, kernel: %d, padding: same}, %s"
"""A convolution that keeps the size, with its activation."""
VALID = "conv: {out: %d, kernel: %d}, relu"
LENET = {
    "conv1": CONV % (32, 5, "relu"),
    "pool1": "max_pool: 2",
    "conv2": CONV % (64, 5, "relu"),
    "pool2": "max_pool: 2",
    "flat": "flatten",
    "dense": "linear: 512, relu",
    "drop": "dropout: 0.25",
    "out": "linear: 10",
}
"""TF_lenet.py, which has no fault."""


def model(shape: str, *layers: str, loss: str = "") -> str:
    """A model of layers in a line; with a loss, one that says how it is trained."""
    items = "".join(f"  - {item}\n" for item in split(", ".join(part for part in layers if part)))
    training = f"training: {{loss: {loss}}}\n" if loss else ""
    return f"{training}input: {shape}\nlayers:\n{items}"


def split(layers: str) -> list[str]:
    """The layers of a line, at the commas outside brackets."""
    found, depth = [""], 0
    for sign in layers:
        depth += (sign in "[{") - (sign in "]}")
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return [item.strip() for item in found]


def lenet(*, loss: str = "", **parts: str) -> str:
    """LeNet with some parts written otherwise; an empty part is left out."""
    return model("[1, 28, 28]", *{**LENET, **parts}.values(), loss=loss)


def beginning(text: str, init: str, *layers: str) -> str:
    """A model of which the layers that begin so have weights that begin in a certain way."""
    starts = tuple(f"  - {layer}" for layer in layers)
    lines = [line.replace("linear: 512", "linear: {out: 512}") for line in text.split("\n")]
    return "\n".join([f"{line}\n    init: {init}" if line.startswith(starts) else line for line in lines])


def blocks(*stages: str, pool: str = "max_pool: 2") -> str:
    """Stages of convolutions, each ``64k3`` (channels, kernel), with a pool after each."""
    layers = []
    for stage in stages:
        for conv in stage.split():
            out, _, kernel = conv.partition("k")
            layers.append(CONV % (int(out), int(kernel), "relu"))
        layers.append(pool)
    return ", ".join(layers)


def vgg(*stages: str, pool: str = "max_pool: 2") -> str:
    """Stages and the head of VGG for two classes."""
    return model(
        "[3, 224, 224]", blocks(*stages, pool=pool), "flatten, linear: 4096, relu, linear: 4096, relu, linear: 2"
    )
