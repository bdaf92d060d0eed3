"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "before a max pool": (
        "input: [3, 32, 32]\nlayers:\n  - dropout\n  - max_pool: 2\n",
        [3],
    ),
    "before a global pool": (
        "input: [3, 32, 32]\nlayers:\n  - dropout\n  - global_avg_pool\n",
        [3],
    ),
    "with an activation between, which leaves a zero a zero": (
        "input: [3, 32, 32]\nlayers:\n  - dropout\n  - relu\n  - max_pool: 2\n",
        [3],
    ),
    "with a norm of the same channels between": (
        "input: [3, 32, 32]\nlayers:\n  - dropout\n  - batch_norm\n  - relu\n  - max_pool: 2\n",
        [3],
    ),
}
FREE = {
    "after it": "input: [3, 32, 32]\nlayers:\n  - max_pool: 2\n  - dropout\n",
    "whole channels": "input: [3, 32, 32]\nlayers:\n  - dropout_channels\n  - max_pool: 2\n",
    "a rate of zero": "input: [3, 32, 32]\nlayers:\n  - dropout: 0\n  - max_pool: 2\n",
    "what a branch reads as well": (
        "input: [3, 32, 32]\nlayers:\n  - dropout\n  - {relu: , name: act}\n  - max_pool: 2\n"
        "  - concat:\n      pooled: []\n      whole: [{avg_pool: 2, from: act}]\n"
    ),
    "a convolution between them": "input: [3, 32, 32]\nlayers:\n  - dropout\n  - conv: {out: 8, kernel: 3}\n  - max_pool: 2\n",
}
