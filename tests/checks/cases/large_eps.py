"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "the channels, as torch's batch norm is given them": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 3, bias: false}\n  - batch_norm: 64\n  - relu\n",
        [4],
    ),
    "and instance norm": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 3, bias: false}\n  - instance_norm: 64\n  - relu\n",
        [4],
    ),
    "at the option": (
        "input: [8, 8, 8]\nlayers:\n  - group_norm:\n      groups: 2\n      eps: 1\n  - layer_norm: {eps: 0.5}\n",
        [5, 6],
    ),
    "a momentum": ("input: [8, 8, 8]\nlayers:\n  - batch_norm: 0.9\n", [3]),
    "of every batch norm": (
        "input: [8, 8, 8]\ndefaults: {batch_norm: {eps: 8}}\nlayers:\n  - batch_norm\n",
        [4],
    ),
}
FREE = {
    "torch's own": "input: [8, 8, 8]\nlayers:\n  - batch_norm\n  - relu\n",
    "the largest that people use": "input: [8, 8, 8]\nlayers:\n  - batch_norm: 0.01\n  - relu\n",
    "none said": "input: [8, 8, 8]\nlayers:\n  - rms_norm\n  - relu\n",
    "a size of another norm": "input: [8, 8, 8]\nlayers:\n  - local_response_norm: 5\n  - relu\n",
    "groups": "input: [8, 8, 8]\nlayers:\n  - group_norm: 4\n  - relu\n",
}
