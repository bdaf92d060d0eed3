"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "stride 2": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1, stride: 2}\n", [3]),
    "one dimension": ("input: [3, 8]\nlayers:\n  - conv: {out: 8, kernel: 1, stride: 3}\n", [3]),
    "on one axis, at the stride": (
        "input: [3, 8, 8]\nlayers:\n  - conv:\n      out: 8\n      kernel: 1\n      stride: [1, 2]\n",
        [6],
    ),
    "three dimensions": ("input: [3, 4, 4, 4]\nlayers:\n  - conv: {out: 8, kernel: 1, stride: 2}\n", [3]),
    "both branches of a residual block skip": (
        "input: [8, 8, 8]\nlayers:\n  - add:\n      main: [conv: {out: 8, kernel: 1, stride: 2}, relu]\n"
        "      skip: [conv: {out: 8, kernel: 1, stride: 2}]\n",
        [4, 5],
    ),
    "one half of a chunk, of which another branch reads the other": (
        "input: [8, 8, 8]\nlayers:\n  - {chunk: 2, name: a}\n  - {conv: {out: 8, kernel: 1, stride: 2}, from: a.0, name: b}\n"
        "  - {conv: {out: 8, kernel: 3, stride: 2, padding: 1}, from: a.1, name: c}\n  - add: [b, c]\n",
        [4],
    ),
}
FREE = {
    "one half of a chunk, which another branch reads whole": (
        "input: [8, 8, 8]\nlayers:\n  - {chunk: 2, name: a}\n  - {conv: {out: 8, kernel: 1, stride: 2}, from: a.0, name: b}\n"
        "  - {conv: {out: 8, kernel: 3, stride: 2, padding: 1}, from: a.0, name: c}\n  - add: [b, c]\n"
    ),
    "stride 1": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n",
    "a larger kernel": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, stride: 2, padding: 1}\n",
    "a shortcut beside a branch that reads all": (
        "input: [8, 8, 8]\nlayers:\n  - add:\n      main: [conv: {out: 8, kernel: 3, stride: 2, padding: 1}]\n"
        "      skip: [conv: {out: 8, kernel: 1, stride: 2}]\n"
    ),
    "a pool that samples on purpose": "input: [3, 8, 8]\nlayers:\n  - max_pool: {kernel: 1, stride: 2}\n",
    "a single cell": "input: [3, 1, 1]\nlayers:\n  - conv: {out: 8, kernel: 1, stride: 2}\n",
}
