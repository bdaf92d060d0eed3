"""The faulty programs that NeuraLint was published with, written as models: what a static network shows of them is found.

Nikanjam et al. 2021, arXiv 2105.08095; the programs are those of https://github.com/neuralint/neuralint under
sample_buggy_scripts, named as there. Each was read and its network written down anew; the fault is the one that its
name or its question states. Every warning beyond the stated fault stands in the table too, with why it is right.
"""

from __future__ import annotations

import pytest

from tests.support.checking import look

LENET = {
    "conv1": "conv: {out: 32, kernel: 5, padding: same}, relu",
    "pool1": "max_pool: 2",
    "conv2": "conv: {out: 64, kernel: 5, padding: same}, relu",
    "pool2": "max_pool: 2",
    "flat": "flatten",
    "dense": "linear: 512, relu",
    "drop": "dropout: 0.25",
    "out": "linear: 10",
}
"""TF_lenet.py, which has no fault."""


def lenet(**parts: str) -> str:
    """LeNet with some parts written otherwise; an empty part is left out."""
    layers = [part for part in {**LENET, **parts}.values() if part]
    return model("[1, 28, 28]", ", ".join(layers))


def beginning(init: str) -> str:
    """LeNet whose weights begin in a certain way, those of the last layer aside."""
    lines = lenet().replace("linear: 512", "linear: {out: 512}").split("\n")
    learning = ("  - conv", "  - linear: {out: 512}")
    return "\n".join([f"{line}\n    init: {init}" if line.startswith(learning) else line for line in lines])


def model(shape: str, layers: str) -> str:
    """A model of one line of layers."""
    items = "".join(f"  - {item}\n" for item in split(layers))
    return f"input: {shape}\nlayers:\n{items}"


def split(layers: str) -> list[str]:
    """The layers of a line, at the commas outside brackets."""
    found, depth = [""], 0
    for sign in layers:
        depth += (sign in "[{") - (sign in "]}")
        if sign == "," and not depth:
            found.append("")
        else:
            found[-1] += sign
    return [f"{{{item.strip()}}}" if item.count(":") and "name" in item else item.strip() for item in found]


def vgg(*blocks: str, pool: str = "max_pool: 2") -> str:
    """Blocks of convolutions with a pool after each, and the head of VGG for two classes."""
    layers = []
    for block in blocks:
        for conv in block.split():
            out, _, kernel = conv.partition("k")
            layers.append(f"conv: {{out: {out}, kernel: {kernel}, padding: same}}, relu")
        layers.append(pool)
    head = "flatten, linear: 4096, relu, linear: 4096, relu, linear: 2"
    return model("[3, 224, 224]", ", ".join([*layers, head]))


CONV = "conv: {out: %d, kernel: %d, padding: same}, %s"
FOUND = {
    # --- synthetic programs: LeNet with one fault each
    "TF_lenet_dropout_before_batchnorm": (
        lenet(
            pool1="max_pool: 2, dropout: 0.35, batch_norm",
            pool2="max_pool: 2, dropout: 0.3, batch_norm",
            drop="dropout: 0.25, batch_norm",
        ),
        {"dropout-before-norm"},
    ),
    "TF_lenet_dropout_before_pooling": (
        lenet(pool1="dropout: 0.35, max_pool: 2", pool2="dropout: 0.3, max_pool: 2"),
        {"dropout-before-pool"},
    ),
    "TF_lenet_redundant_activation": (lenet(out="linear: 10, softmax, softmax"), {"activation-twice"}),
    "TF_lenet_missing_relus": (
        lenet(conv1="conv: {out: 32, kernel: 5, padding: same}", conv2="conv: {out: 64, kernel: 5, padding: same}"),
        {"linear-chain"},
    ),
    "TF_lenet_missing_flatten": (lenet(flat=""), {"linear-on-map"}),
    "TF_lenet_mismatch_shapes": (lenet(flat="reshape: [2048]"), {"size-mismatch"}),
    "TF_lenet_bin_wrong_last_layer_activation": (lenet(out="linear: 1, softmax"), {"softmax-of-one"}),
    "TF_lenet_non_increasing_filters": (
        lenet(conv2=CONV % (16, 5, "relu"), pool2="max_pool: 2, " + CONV % (8, 5, "relu") + ", max_pool: 2"),
        {"width-shrinks"},
    ),
    "TF_lenet_increasing_dense_widths": (
        lenet(dense="linear: 128, relu, dropout: 0.25, linear: 256, relu, dropout: 0.25, linear: 512, relu"),
        {"dense-widens"},
    ),
    "TF_lenet_inv_amount_pooling": (
        lenet(
            conv1="conv: {out: 32, kernel: 5, padding: same, stride: 2}, relu",
            pool1="max_pool: {kernel: 4, stride: 2}",
            conv2="conv: {out: 64, kernel: 5, padding: same, stride: 2}, relu",
            pool2="max_pool: {kernel: 4, stride: 2}",
        ),
        {"size-reached-zero"},
    ),
    "TF_lenet_inv_filter_size": (
        lenet(
            conv1="conv: {out: 32, kernel: 6, padding: same, stride: 3}, relu",
            conv2="conv: {out: 64, kernel: 12, padding: same, stride: 6}, relu",
        ),
        {"size-reached-zero"},
    ),
    "TF_lenet_disconnected_pooling_layers": (
        "input: [1, 28, 28]\nlayers:\n  - conv: {out: 32, kernel: 5, padding: same}\n  - {relu: , name: conv1}\n"
        "  - max_pool: 2\n  - {conv: {out: 64, kernel: 5, padding: same}, from: conv1}\n  - {relu: , name: conv2}\n"
        "  - max_pool: 2\n  - {flatten: , from: conv2}\n  - linear: 512\n  - relu\n  - dropout: 0.25\n  - linear: 10\n",
        {"dead-layer"},
    ),
    "TF_lenet_constant_init": (beginning("0.1"), {"constant-weights"}),
    "TF_lenet_zeros_init": (beginning("zeros"), {"constant-weights"}),
    "deep_CNN_too_much_pooling": (
        vgg(*["64k3"] * 2, *["128k3"] * 2, *["256k3"] * 3, *["512k3"] * 6),
        {"size-reached-zero"},
    ),
    # --- programs that people asked about on Stack Overflow
    "38584268": (
        model(
            "[3, 32, 32]",
            ", ".join([CONV % (15, 7, "relu"), "max_pool: 2", CONV % (45, 6, "relu")])
            + ", max_pool: {kernel: [4, 3], stride: [4, 3]}, "
            + CONV % (250, 5, "relu")
            + ", linear: 50, relu, linear: 10, softmax",
        ),
        {"linear-on-map"},
    ),
    "45378493": (
        model(
            "[4, 10]",
            "conv: {out: 16, kernel: 4, padding: same}, batch_norm, leaky_relu, dropout: 0.2, "
            "conv: {out: 8, kernel: 4, padding: same}, batch_norm, leaky_relu, dropout: 0.2, "
            "flatten, linear: 64, batch_norm, leaky_relu, linear: 1, softmax",
        ),
        {"bias-before-norm", "dropout-before-norm", "softmax-of-one"},
    ),
    "51749207": (
        model(
            "[1, 600]",
            CONV % (20, 4, "relu") + ", max_pool: 2, dropout: 0.3, flatten, linear: 50, relu, linear: 1, softmax",
        ),
        {"softmax-of-one"},
    ),
    "55776436": (
        model(
            "[1, 18000]",
            "conv: {out: 100, kernel: 700}, relu, conv: {out: 50, kernel: 700}, dropout: 0.5, batch_norm, relu, "
            "max_pool: 4, flatten, linear: 6, softmax",
        ),
        {"dropout-before-norm"},
    ),
    "44184091": (  # which leaves the length of its input open
        model(
            "[1, 100]",
            CONV % (64, 5, "relu") + ", dropout: 0.2, max_pool: 2, flatten, linear: 100, relu, dropout: 0.7, "
            "linear: 1, sigmoid",
        ),
        {"dropout-before-pool"},
    ),
    "56103207": (
        model(
            "[1, 28, 28]",
            "conv: {out: 32, kernel: 5}, relu, max_pool: 2, conv: {out: 16, kernel: 3}, relu, max_pool: 2, "
            "flatten, linear: 128, relu, linear: 64, relu, linear: 4, softmax",
        ),
        {"width-shrinks"},
    ),
    "44322611": (
        model(
            "[3, 224, 224]",
            ", ".join(
                [
                    CONV % (224, 11, "relu"),
                    "dropout: 0.2",
                    CONV % (55, 5, "relu"),
                    "max_pool: 2",
                    CONV % (13, 3, "relu"),
                    "dropout: 0.5",
                    CONV % (13, 3, "relu"),
                    "max_pool: 2",
                    "flatten, dropout: 0.2, linear: 512, relu, dropout: 0.2, linear: 2, softmax",
                ]
            ),
        ),
        {"width-shrinks"},
    ),
}
"""By program the model and the codes of what is wrong with it."""
RELU_BEFORE_NORM = "conv: {out: %d, kernel: 5, padding: same}, relu, batch_norm"
FREE = {
    "TF_lenet, without a fault": lenet(),
    "TF_lenet_useless_bias: a relu stands between bias and norm, so that the bias counts": lenet(
        conv1=RELU_BEFORE_NORM % 32, conv2=RELU_BEFORE_NORM % 64, dense="linear: 512, relu, batch_norm"
    ),
    "TF_lenet_double_activation: sigmoids, one after each layer": lenet(
        conv1=CONV % (32, 5, "sigmoid"), conv2=CONV % (64, 5, "sigmoid"), dense="linear: 512, sigmoid"
    ),
    "TF_lenet_decreasing_window_size: AlexNet's and ResNet's kernels shrink as well": lenet(
        conv1=CONV % (32, 9, "relu"),
        conv2=CONV % (64, 6, "relu"),
        pool2="max_pool: 2, " + CONV % (128, 3, "relu") + ", max_pool: 2",
    ),
    "deep_CNN_ineffective_poolings: mean pools are as good as DenseNet's": vgg(
        "64k3 64k3", "128k3 128k3", "256k3 256k3 256k3", "512k3 512k3 512k3", "512k3 512k3 512k3", pool="avg_pool: 2"
    ),
    "45378493, mended": model(
        "[4, 10]",
        "conv: {out: 16, kernel: 4, padding: same, bias: false}, batch_norm, leaky_relu, "
        "conv: {out: 16, kernel: 4, padding: same, bias: false}, batch_norm, leaky_relu, "
        "flatten, linear: {out: 64, bias: false}, batch_norm, leaky_relu, dropout: 0.2, linear: 1, sigmoid",
    ),
}
"""Programs without a fault, and those whose fault by NeuraLint's rules is none by ours: why not stands beside them."""


def graver(text: str) -> set[str]:
    """The codes of all that is more than a note."""
    return {finding.code for finding in look(text) if finding.severity != "note"}


@pytest.mark.parametrize("program", FOUND)
def test_fault_is_found(program: str) -> None:
    """The fault of a published program is found."""
    text, codes = FOUND[program]
    assert codes <= {finding.code for finding in look(text)}


@pytest.mark.parametrize("program", FOUND)
def test_nothing_else_is_wrong(program: str) -> None:
    """There is no error or warning beyond the fault: what is found is right."""
    text, codes = FOUND[program]
    assert graver(text) <= codes


@pytest.mark.parametrize("program", FREE)
def test_programs_without_a_fault(program: str) -> None:
    """A program without a fault has no error and no warning."""
    assert graver(FREE[program]) == set()
