"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a pooled map": (
        "input: [3, 32, 32]\nlayers:\n  - global_avg_pool\n  - batch_norm\n",
        [4],
    ),
    "a vector": (
        "input: [8]\nlayers:\n  - linear: 8\n  - relu\n  - batch_norm\n",
        [5],
    ),
}
FREE = {
    "a map": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - batch_norm\n",
    "frozen statistics": "input: [3, 32, 32]\nlayers:\n  - global_avg_pool\n  - batch_norm: {frozen: true}\n",
    "layer norm is over the channels": "input: [8]\nlayers:\n  - relu\n  - layer_norm\n",
}
