"""Cases of the rule: what it finds, by line, and what it leaves alone."""

CONV = "  - conv: {out: %d, kernel: 3, padding: 1}\n  - relu\n"


def convs(*channels: int) -> str:
    """A chain of convolutions on a picture."""
    return "input: [3, 16, 16]\nlayers:\n" + "".join(CONV % out for out in channels)


FOUND = {
    "between wider ones": (convs(32, 16, 32), [5]),
    "after a pool": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 64 + "  - max_pool: 2\n" + CONV % 32 + CONV % 64,
        [6],
    ),
    "twice, down to less each time": (convs(64, 32, 64, 16, 24), [5, 9]),
    "with norms and a pool below": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 32 + CONV % 8 + "  - batch_norm\n  - max_pool: 2\n" + CONV % 64,
        [5],
    ),
    "after a sum, before a kernel that is hardly larger": (
        "input: [3, 16, 16]\nlayers:\n"
        + CONV % 64
        + "  - add:\n      main: [conv: {out: 64, kernel: 3, padding: 1}, relu]\n"
        "      skip: []\n" + CONV % 32 + "  - conv: {out: 64, kernel: 4}\n  - relu\n",
        [8],
    ),
}
FREE = {
    "as many throughout": convs(32, 32, 32),
    "fewer and fewer": convs(64, 32, 16),
    "less than the picture has": "input: [64, 16, 16]\nlayers:\n" + CONV % 16 + CONV % 32,
    "a bottleneck of single cells, which saves what the large kernel costs": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 64 + "  - conv: {out: 16, kernel: 1}\n  - relu\n" + CONV % 64
    ),
    "a branch leads around it": (
        "input: [3, 16, 16]\nlayers:\n"
        + CONV % 64
        + "  - add:\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - relu\n"
        "        - conv: {out: 64, kernel: 3, padding: 1}\n      skip: []\n"
    ),
    "the picture is read again below": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 64 + CONV % 16 + CONV % 32 + "  - concat:\n      main: []\n"
        "      picture: [{identity: , from: input}]\n"
    ),
    "what stands before it is given away as well": (
        "input: [3, 16, 16]\nlayers:\n  - {conv: {out: 64, kernel: 3}, name: wide}\n  - relu\n"
        + CONV % 16
        + "  - {conv: {out: 32, kernel: 3}, name: end}\noutputs: [wide, end]\n"
    ),
    "a code, of which a picture is made again": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 64 + "  - max_pool: 2\n" + CONV % 8 + "  - upsample: 2\n" + CONV % 64
    ),
    "as many values as before: what strides take away channels give, as in EfficientNetV2-B0": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 32 + CONV % 16 + "  - max_pool: 2\n" + CONV % 64
    ),
    "before the middle of an inverted bottleneck": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 32 + CONV % 16 + CONV % 96 + "  - conv: {out: 24, kernel: 1}\n"
    ),
    "before a much larger kernel, as in convolutional pose machines": (
        "input: [3, 16, 16]\nlayers:\n"
        + CONV % 128 * 2
        + "  - conv: {out: 32, kernel: 5, padding: 2}\n  - relu\n  - conv: {out: 512, kernel: 9, padding: 4}\n"
    ),
    "a kernel laid apart into columns and rows": (
        "input: [3, 16, 16]\nlayers:\n"
        + CONV % 128
        + "  - conv: {out: 32, kernel: [3, 1]}\n  - conv: {out: 128, kernel: [1, 3]}\n"
    ),
    "what fuses branches that were laid side by side": (
        "input: [3, 16, 16]\nlayers:\n"
        + CONV % 64
        + "  - concat:\n      a: [conv: {out: 64, kernel: 3, padding: 1}, relu]\n"
        "      b: [conv: {out: 64, kernel: 3, padding: 1}, relu]\n" + CONV % 64 + CONV % 128
    ),
    "channels that were cells": (
        "input: [3, 16, 16]\nlayers:\n" + CONV % 64 + "  - pixel_unshuffle: 2\n" + CONV % 128 + CONV % 256
    ),
    "a map of one cell": (
        "input: [3, 3, 3]\nlayers:\n"
        + CONV % 64
        + "  - conv: {out: 8, kernel: 3}\n  - relu\n  - flatten\n  - linear: 16\n"
    ),
}
