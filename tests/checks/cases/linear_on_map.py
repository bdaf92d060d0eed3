"""Cases of the rule: what it finds, by line, and what it leaves alone."""

CONV = "conv: {out: 8, kernel: 3, padding: 1}"

FOUND = {
    "after a convolution": (f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - linear: 10\n", [4]),
    "after activation, norm and dropout": (
        f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - batch_norm\n  - relu\n  - dropout\n  - linear: 10\n",
        [7],
    ),
    "after a pool": (f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - relu\n  - max_pool: 2\n  - linear: 4\n", [6]),
    "one dimension": ("input: [3, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - linear: 10\n", [4]),
    "three dimensions": ("input: [3, 8, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - linear: 10\n", [4]),
    "a pool that leaves the axes": (
        f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - global_avg_pool\n  - linear: 4\n",
        [5],
    ),
}
FREE = {
    "after flatten": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - flatten\n  - linear: 10\n",
    "on the channels": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - linear: {{out: 10, axis: channels}}\n",
    "after the channels were put last": (
        f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - permute: [2, 3, 1]\n  - layer_norm\n  - linear: 10\n"
    ),
    "a vector": "input: [8]\nlayers:\n  - linear: 10\n",
    "the network's own input": "input: [3, 8, 8]\nlayers:\n  - linear: 10\n",
}
