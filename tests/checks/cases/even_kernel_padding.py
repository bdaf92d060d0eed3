"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "kernel 2": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 2, padding: 1}\n", [3]),
    "kernel 4 with half": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 4, padding: half}\n", [3]),
    "a pool of stride 1": ("input: [3, 8, 8]\nlayers:\n  - max_pool: {kernel: 2, stride: 1, padding: 1}\n", [3]),
    "on one axis": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: [3, 2], padding: [1, 1]}\n", [3]),
    "one dimension": ("input: [3, 8]\nlayers:\n  - conv: {out: 8, kernel: 6, padding: 3}\n", [3]),
    "three dimensions": ("input: [3, 8, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 2, padding: 1}\n", [3]),
}
FREE = {
    "an odd kernel": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n",
    "padding: same": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 2, padding: same}\n",
    "no padding": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 2}\n",
    "an even stride is right": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 4, stride: 2, padding: 1}\n",
    "dilation makes an odd extent": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 2, dilation: 2, padding: 1}\n"
    ),
    "unlike sides": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 2, padding: [[1, 0], [1, 0]]}\n",
}
