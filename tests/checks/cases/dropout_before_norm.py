"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "noise that is added": (
        "input: [3, 8, 8]\nlayers:\n  - relu\n  - gaussian_noise: 0.1\n  - conv: {out: 8, kernel: 1, bias: false}\n  - batch_norm\n",
        [4],
    ),
    "right before the norm": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3, bias: false}\n  - dropout\n  - batch_norm\n  - relu\n",
        [4],
    ),
    "a convolution between them": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - dropout: 0.2\n  - conv: {out: 8, kernel: 3, bias: false}\n  - batch_norm\n  - relu\n",
        [5],
    ),
    "whole channels": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - dropout_channels: 0.2\n  - max_pool: 2\n  - conv: {out: 8, kernel: 3, bias: false}\n  - batch_norm\n  - relu\n",
        [5],
    ),
    "vectors": (
        "input: [32]\nlayers:\n  - linear: 16\n  - relu\n  - dropout\n  - linear: 16\n  - batch_norm\n",
        [5],
    ),
}
FREE = {
    "branches that meet again, and no norm": (
        "input: [3, 8, 8]\nlayers:\n  - batch_norm\n  - dropout\n  - add:\n      a: [{conv: {out: 3, kernel: 1}}]\n      b: []\n"
    ),
    "after the last norm": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3, bias: false}\n  - batch_norm\n  - relu\n  - dropout\n  - conv: {out: 8, kernel: 3}\n",
    "no norm": "input: [3, 32, 32]\nlayers:\n  - dropout\n  - conv: {out: 8, kernel: 3}\n",
    "a rate of zero": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - dropout: 0\n  - conv: {out: 8, kernel: 3, bias: false}\n  - batch_norm\n  - relu\n",
    "whole samples": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - drop_path: 0.2\n  - conv: {out: 8, kernel: 3, bias: false}\n  - batch_norm\n  - relu\n",
    "a norm that stores nothing": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - dropout: 0.2\n  - conv: {out: 8, kernel: 3}\n  - group_norm: 2\n",
    "frozen statistics": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - dropout: 0.2\n  - conv: {out: 8, kernel: 3}\n  - batch_norm: {frozen: true}\n",
    "two layers with weights on the way": "input: [3, 32, 32]\nlayers:\n  - dropout\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - conv: {out: 8, kernel: 3, bias: false}\n  - batch_norm\n",
}
