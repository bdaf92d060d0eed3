"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "wider than both ends": (
        "input: [16, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 1}\n  - relu\n  - conv: {out: 64, kernel: 3, padding: 1}\n  - relu\n  - conv: {out: 16, kernel: 1}\n",
        [5],
    ),
    "with norms": (
        "input: [16, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 1}\n  - batch_norm\n  - relu\n  - conv: {out: 64, kernel: 3, padding: 1}\n  - relu\n  - conv: {out: 16, kernel: 1}\n",
        [6],
    ),
    "at the option": (
        "input: [16, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 1}\n  - relu\n  - conv:\n      kernel: 3\n      padding: 1\n      out: 64\n  - relu\n  - conv: {out: 16, kernel: 1}\n",
        [8],
    ),
}
FREE = {
    "a bottleneck": "input: [16, 8, 8]\nlayers:\n  - conv: {out: 4, kernel: 1}\n  - relu\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - conv: {out: 16, kernel: 1}\n",
    "as wide as an end": "input: [16, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 1}\n  - relu\n  - conv: {out: 64, kernel: 3, padding: 1}\n  - relu\n  - conv: {out: 64, kernel: 1}\n",
    "depthwise in the middle": "input: [16, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 1}\n  - relu\n  - conv: {out: 64, kernel: 3, padding: 1, groups: 64}\n  - relu\n  - conv: {out: 16, kernel: 1}\n",
    "no 1x1 above it": "input: [16, 8, 8]\nlayers:\n  - conv: {out: 64, kernel: 3}\n  - relu\n  - conv: {out: 64, kernel: 3, padding: 1}\n  - relu\n  - conv: {out: 16, kernel: 1}\n",
}
