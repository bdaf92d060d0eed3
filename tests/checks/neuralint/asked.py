"""The programs that people asked about: on Stack Overflow, named by the question, and on GitHub, by NeuraLint's number.

Where a program leaves the size of its input or the number of its classes open, one was chosen.
"""

from __future__ import annotations

from tests.checks.neuralint.writing import CONV, VALID, blocks, model

UNET = """
input: [1, 572, 572]
blocks:
  double:
    args: {out}
    layers: [conv: {out: $out, kernel: 3}, relu, conv: {out: $out, kernel: 3}, relu]
  up:
    args: {out, skip}
    layers:
      - upsample: 2
      - let: {size: [$prev.height, $prev.width]}
        concat:
          up: []
          skip: [{crop: {to: $size}, from: $skip}]
      - double: $out
layers:
  - {double: 64, name: down1}
  - max_pool: 2
  - {double: 128, name: down2}
  - max_pool: 2
  - {double: 256, name: down3}
  - max_pool: 2
  - {double: 512, name: down4}
  - max_pool: 2
  - double: 1024
  - up: {out: 512, skip: down4}
  - up: {out: 256, skip: down3}
  - up: {out: 128, skip: down2}
  - up: {out: 64, skip: down1}
  - conv: {out: 1, kernel: 1}
  - relu
"""
PROPOSALS = """\
  - conv: {out: 256, kernel: 3, padding: same}
    init: {normal: 0.05}
  - {relu: , name: shared}
  - conv: {out: 60, kernel: 1}
    init: {uniform: 0.05}
  - {sigmoid: , name: classes}
  - conv: {out: 240, kernel: 1}
    from: shared
    init: zeros
    name: regression
outputs: [classes, regression]
"""
TOWER = """\
      image%d:
        - {identity: , from: image%d}
        - conv: {out: 32, kernel: 3}
        - relu
        - max_pool: 2
        - conv: {out: 32, kernel: 3}
        - relu
        - max_pool: 2
        - flatten
"""
TOWERS = (
    "training: {loss: cross_entropy}\n"
    "inputs: {image1: [1, 100, 100], image2: [1, 100, 100], image3: [1, 100, 100], image4: [1, 100, 100]}\n"
    "layers:\n  - concat:\n"
    + "".join(TOWER % (number, number) for number in (1, 2, 3, 4))
    + "  - linear: 64\n  - relu\n  - linear: 4\n  - sigmoid\n"
)
SEPARABLE = (
    "depthwise_conv: {kernel: 3, padding: 1, stride: %d, bias: false}, batch_norm, relu, "
    "conv: {out: %d, kernel: 1, bias: false}, batch_norm, relu"
)
MOBILENET = [(1, 32), (2, 64), (1, 64), (2, 128), (1, 128), (2, 256), *[(1, 256)] * 5, (2, 512), (1, 512)]
NORMED = "conv: {out: %d, kernel: 5}, batch_norm, relu"
DROPPED = "conv: {out: 256, kernel: 3, padding: same}, dropout: %s, relu, max_pool: 2"
STACK_OVERFLOW = {
    "33969059": model(
        "[3]", "linear: 3, tanh, dropout: 0.5, linear: 2, tanh, dropout: 0.5, linear: 1, softmax", loss="mse"
    ),
    "34311586": model("[2]", "linear: 2, sigmoid, linear: 3, sigmoid, linear: 1, softmax", loss="mse"),
    "38584268": model(
        "[3, 32, 32]",
        CONV % (15, 7, "relu, max_pool: 2"),
        CONV % (45, 6, "relu, max_pool: {kernel: [4, 3], stride: [4, 3]}"),
        CONV % (250, 5, "relu, linear: 50, relu, linear: 10, softmax"),
    ),
    "42913869": model("[1]", "linear: 10, relu, linear: 10, relu, linear: 10, relu, linear: 1", loss="mse"),
    "43464835": model(
        "[1, 100, 100]",
        "conv: {out: 64, kernel: [5, 50], padding: same}, relu, max_pool: 2, flatten, dropout: 0.5, linear: 10, softmax",
    ),
    "44184091": model(
        "[1, 100]",
        CONV % (64, 5, "relu, dropout: 0.2, max_pool: 2, flatten, linear: 100, relu, dropout: 0.7, linear: 1, sigmoid"),
    ),
    "44322611": model(
        "[3, 224, 224]",
        CONV % (224, 11, "relu, dropout: 0.2"),
        CONV % (55, 5, "relu, max_pool: 2"),
        CONV % (13, 3, "relu, dropout: 0.5"),
        CONV % (13, 3, "relu, max_pool: 2"),
        "flatten, dropout: 0.2, linear: 512, relu, dropout: 0.2, linear: 2, softmax",
        loss="binary",
    ),
    "44399299": TOWERS,
    "45120429": model("[1, 32]", *[VALID % (32, 2)] * 4, "linear: 32, sigmoid"),
    "45378493": model(
        "[4, 10]",
        "conv: {out: 16, kernel: 4, padding: same}, batch_norm, leaky_relu, dropout: 0.2",
        "conv: {out: 8, kernel: 4, padding: same}, batch_norm, leaky_relu, dropout: 0.2",
        "flatten, linear: 64, batch_norm, leaky_relu, linear: 1, softmax",
    ),
    "45711636": model(
        "[56, 1, 20]",
        VALID % (32, 3),
        "dropout: 0.25",
        VALID % (32, 3),
        "max_pool: 2, dropout: 0.25",
        VALID % (32, 3),
        VALID % (32, 3),
        "max_pool: 2, dropout: 0.25, flatten, linear: 1024, relu, dropout: 0.5, linear: 10, softmax",
    ),
    "49117607": model(
        "[1, 28, 28]",
        CONV % (32, 5, "batch_norm, relu"),
        NORMED % 32,
        "max_pool: 2, dropout: 0.25",
        NORMED % 64,
        VALID % (64, 5),
        "max_pool: 2, dropout: 0.25, flatten, linear: 512, relu, dropout: 0.25, linear: 10, softmax",
    ),
    "50079585": model(
        "[3, 150, 150]",
        *[f"{VALID % (out, 3)}, max_pool: 2" for out in (32, 32, 64)],
        "flatten, linear: 64, relu, dropout: 0.5, linear: 1, softmax",
    ),
    "50426349": model(
        "[1, 32, 32]",
        CONV % (64, 3, "relu"),
        "conv: {out: 64, kernel: 3, padding: same, stride: 2}, relu",
        *[CONV % (out, 3, "relu") for out in (128, 512, 256, 128, 64, 32)],
        CONV % (2, 3, "tanh"),
        loss="mse",
    ),
    "50555434": model("[28]", "linear: 20, relu, linear: 15, relu, linear: 6, relu, linear: 6, sigmoid"),
    "51749207": model(
        "[1, 600]", CONV % (20, 4, "relu, max_pool: 2, dropout: 0.3, flatten, linear: 50, relu, linear: 1, softmax")
    ),
    "53119432": model(
        "[1, 30]",
        *[VALID % (64, 3)] * 2,
        "max_pool: 4",
        *[VALID % (128, 3)] * 2,
        "dropout: 0.5, linear: 1, sigmoid",
    ),
    "55731589": model(
        "[3, 32, 32]",
        *[f"{VALID % (out, 3)}, max_pool: 2" for out in (32, 64, 128, 128)],
        "flatten, linear: 512, relu, linear: 1, sigmoid",
    ),
    "55776436": model(
        "[1, 18000]",
        VALID % (100, 700),
        "conv: {out: 50, kernel: 700}, dropout: 0.5, batch_norm, relu, max_pool: 4, flatten, linear: 6, softmax",
    ),
    "56103207": model(
        "[1, 28, 28]",
        f"{VALID % (32, 5)}, max_pool: 2, {VALID % (16, 3)}, max_pool: 2",
        "flatten, linear: 128, relu, linear: 64, relu, linear: 4, softmax",
    ),
    "58844149": model(
        "[1, 300, 300]",
        CONV % (96, 11, "relu, max_pool: {kernel: 3, stride: 2}"),
        *[CONV % (128, 3, "relu, max_pool: 2")] * 2,
        "flatten, linear: 300, relu, dropout: 0.2, linear: 1, softmax",
    ),
    "60566498": model(
        "[1, 32, 32]",
        CONV % (256, 3, "relu, max_pool: 2, dropout: 0.2"),
        *[DROPPED % rate for rate in ("0.2", "0.25", "0.25")],
        "flatten, linear: 256, batch_norm, relu, dropout: 0.8, linear: 3, softmax",
    ),
    "61030068": model(
        "[1, 72]",
        *[f"{VALID % (64, 3)}, max_pool: 2"] * 2,
        "linear: 64, relu, linear: 28, softmax",
    ),
}
GITHUB = {
    "GitHub 1": UNET,
    "GitHub 2": model(
        "[3, 100, 100]",
        blocks("64k3 64k3", "128k3 128k3", "256k3 256k3 256k3", "512k3 512k3 512k3"),
        *[CONV % (512, 3, "relu")] * 3,
    )
    + PROPOSALS,
    "GitHub 3": model(
        "[3, 224, 224]",
        "conv: {out: 16, kernel: 3, padding: [[0, 1], [0, 1]], stride: 2, bias: false}, batch_norm, relu",
        *[SEPARABLE % layer for layer in MOBILENET],
        loss="cross_entropy",
    ),
    "GitHub 4": model(
        "[2048, 7, 7]", "flatten, linear: 1024, relu, dropout: 0.5, linear: 10, softmax"
    ),  # below ResNet-50
    "GitHub 5": model(
        "[3, 32, 32]",
        *[CONV % (96, 3, "relu")] * 2,
        "conv: {out: 96, kernel: 3, stride: 2}, batch_norm, relu",
        *[CONV % (192, 3, "relu")] * 2,
        "conv: {out: 192, kernel: 3, stride: 2}, batch_norm, relu",
        CONV % (192, 3, "relu"),
        VALID % (192, 1),
        VALID % (10, 1),
        "avg_pool: 7, flatten, softmax",
        loss="binary",
    ),
    "GitHub 6": model(
        "[1, 28, 28]", *[f"{VALID % (16, 5)}, avg_pool: 2"] * 2, "flatten, linear: 100, relu, linear: 10", loss="binary"
    ),
    "GitHub 8": model(
        "[32, 3, 32]",
        "gaussian_noise: 0.1, conv: {out: 32, kernel: 3, stride: 3, padding: same}, relu, dropout: 0.2, flatten",
        "dropout: 0.2, linear: 1024, relu, linear: 1024, relu, linear: 1024, relu",
        "dropout: 0.2, linear: 512, relu, dropout: 0.2, linear: 5, softmax",
    ),
}
