"""Cases of the rule: what it finds, by line, and what it leaves alone."""

TOKENS = "input: [3, 32, 32]\nlayers:\n  - conv: {out: 32, kernel: 8, stride: 8}\n  - flatten: {start: 2}\n  - permute: [0, 2, 1]\n"

FOUND = {
    "tokens": (TOKENS + "  - layer_norm\n  - linear: 64\n", [6]),
    "a root mean square": (TOKENS + "  - rms_norm\n  - dropout\n  - linear: 64\n", [6]),
    "several layers read it, as in attention": (
        TOKENS
        + "  - {layer_norm: {}, name: n}\n  - {linear: 32, name: q}\n  - {linear: 32, from: n}\n  - add: [q, prev]\n",
        [6],
    ),
    "through an identity that names it": (
        TOKENS
        + "  - layer_norm\n  - {identity: {}, name: x}\n  - {linear: 32, name: q}\n  - {linear: 32, from: x}\n  - add: [q, prev]\n",
        [6],
    ),
    "a map whose channels were put last": (
        "input: [3, 8, 6]\nlayers:\n  - permute: [2, 3, 1]\n  - layer_norm\n  - linear: 64\n",
        [4],
    ),
    "through a layer that passes it on": (TOKENS + "  - layer_norm\n  - scale_shift: 2\n  - linear: 64\n", [6]),
}
FREE = {
    "a permute of as many rows as features": (
        "input: [16, 16]\nlayers:\n  - permute: [0, 2, 1]\n  - layer_norm\n  - permute: [0, 2, 1]\n  - linear: 64\n"
    ),
    "the features": TOKENS + "  - layer_norm: 1\n  - linear: 64\n",
    "all of a sample": TOKENS + "  - layer_norm: 2\n  - linear: 64\n",
    "the channels of a convolution, of which linear-on-map tells": (
        "input: [3, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - layer_norm\n  - linear: 10\n"
    ),
    "a linear layer of the channels": TOKENS + "  - layer_norm\n  - linear: {out: 64, axis: channels}\n",
    "a convolution reads it": TOKENS + "  - layer_norm\n  - conv: {out: 8, kernel: 1}\n",
    "a convolution reads it as well": (
        TOKENS
        + "  - {layer_norm: {}, name: n}\n  - {linear: 32, name: q}\n  - {conv: {out: 16, kernel: 1}, from: n}\n  - add: [q, prev]\n"
    ),
    "nothing reads it": TOKENS + "  - layer_norm\n",
    "a vector": "input: [64]\nlayers:\n  - layer_norm\n  - linear: 10\n",
    "batch norm": TOKENS + "  - batch_norm\n  - linear: 64\n",
    "the last axis was swapped to": TOKENS + "  - layer_norm\n  - permute: [0, 2, 1]\n  - linear: 64\n",
}
