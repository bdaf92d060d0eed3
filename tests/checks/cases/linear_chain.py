"""Cases of the rule: what it finds, by line, and what it leaves alone."""

CONV = "conv: {out: 8, kernel: 3, padding: 1}"

FOUND = {
    "features of tokens": ("input: [7, 16]\nlayers:\n  - linear: 32\n  - dropout: 0.1\n  - linear: 16\n", [5]),
    "two convolutions": (f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - {CONV}\n  - relu\n", [4]),
    "three convolutions": (f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - {CONV}\n  - {CONV}\n  - relu\n", [4, 5]),
    "batch norm is no activation": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1, bias: false}\n  - batch_norm\n"
        "  - conv: {out: 8, kernel: 1}\n  - relu\n",
        [5],
    ),
    "two linear layers with dropout between": (
        "input: [64]\nlayers:\n  - linear: 32\n  - dropout\n  - linear: 10\n",
        [5],
    ),
    "a classifier on a convolution": (
        f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - global_avg_pool\n  - flatten\n  - linear: 4\n",
        [6],
    ),
    "a max pool alone is no activation": (f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - max_pool: 2\n  - {CONV}\n", [5]),
    "one dimension": ("input: [3, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - conv: {out: 8, kernel: 3}\n", [4]),
    "three dimensions": (
        "input: [3, 8, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - conv: {out: 8, kernel: 3}\n",
        [4],
    ),
    "transposed": (
        f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - conv_transpose: {{out: 8, kernel: 2, stride: 2}}\n  - relu\n",
        [4],
    ),
    "within a branch": (
        f"input: [8, 8, 8]\nlayers:\n  - add:\n      main:\n        - {CONV}\n        - {CONV}\n      skip: []\n  - relu\n",
        [6],
    ),
    "a head for training": (
        f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - {{relu: , name: a}}\n  - {CONV}\n  - {{{CONV}, name: aux}}\n"
        "  - {relu: , from: a, name: b}\noutputs: {b: b, aux: {from: aux, training: true}}\n",
        [6],
    ),
}
FREE = {
    "the maximum of a whole map": "input: [3, 64]\nlayers:\n  - conv: {out: 32, kernel: 1}\n  - batch_norm\n  - max: 2\n  - linear: 16\n",
    "the maximum of a whole map, kept as one cell": (
        "input: [3, 64]\nlayers:\n  - conv: {out: 32, kernel: 1}\n  - global_max_pool\n  - flatten\n  - linear: 16\n"
    ),
    "tokens, then features": "input: [16, 16]\nlayers:\n  - linear: 32\n  - permute: [0, 2, 1]\n  - linear: 32\n",
    "an activation between them": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - relu\n  - {CONV}\n",
    "a learned activation": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - prelu\n  - {CONV}\n",
    "an activation and a pool": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - relu\n  - max_pool: 2\n  - {CONV}\n",
    "a pool and an activation": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - max_pool: 2\n  - relu\n  - {CONV}\n",
    "layer norm divides by what it sees": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - layer_norm\n  - {CONV}\n",
    "a bottleneck saves work": (
        "input: [32, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - conv: {out: 32, kernel: 1}\n"
    ),
    "a low rank of a linear layer": "input: [256]\nlayers:\n  - linear: 16\n  - linear: 100\n",
    "the code of an autoencoder": (
        "input: [32, 7, 7]\nlayers:\n  - conv: {out: 64, kernel: 7}\n  - conv_transpose: {out: 32, kernel: 7}\n"
    ),
    "upsampling by a pixel shuffle, as in EDSR": (
        "input: [8, 8, 8]\nlayers:\n  - conv: {out: 32, kernel: 3}\n  - pixel_shuffle: 2\n  - conv: {out: 3, kernel: 3}\n"
    ),
    "a separable convolution": (
        "input: [8, 8, 8]\nlayers:\n  - depthwise_conv: {kernel: 3, padding: 1}\n  - conv: {out: 16, kernel: 1}\n"
    ),
    "a convolution in groups": (
        "input: [8, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, groups: 2}\n  - conv: {out: 16, kernel: 1}\n"
    ),
    "one axis after the other": (
        "input: [8, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: [3, 1]}\n  - conv: {out: 8, kernel: [1, 3]}\n"
    ),
    "weights that others share": (
        f"input: [8, 8, 8]\nlayers:\n  - {{{CONV}, name: a}}\n  - {{{CONV}, name: b}}\n  - relu\n"
        f"  - {{{CONV}, share: b}}\n"
    ),
    "a sum is read": (f"input: [8, 8, 8]\nlayers:\n  - add: {{main: [{CONV}], skip: []}}\n  - {CONV}\n  - relu\n"),
    "several read the first": (f"input: [8, 8, 8]\nlayers:\n  - {{{CONV}, name: a}}\n  - {CONV}\n  - add: [a, prev]\n"),
    "gates": (
        f"input: [8, 8, 8]\nlayers:\n  - {CONV}\n  - mul:\n      a: []\n      b: [global_avg_pool, sigmoid]\n  - {CONV}\n"
    ),
}
