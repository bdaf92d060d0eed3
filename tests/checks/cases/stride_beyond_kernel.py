"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a pool": ("input: [3, 8, 8]\nlayers:\n  - max_pool: {kernel: 2, stride: 3}\n", [3]),
    "a convolution, at its stride": (
        "input: [3, 9, 9]\nlayers:\n  - conv:\n      out: 8\n      kernel: 3\n      stride: 4\n",
        [6],
    ),
    "on one axis": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: [3, 1], stride: [1, 2]}\n", [3]),
    "one dimension": ("input: [3, 99]\nlayers:\n  - conv: {out: 8, kernel: 5, stride: 8}\n", [3]),
    "three dimensions": ("input: [3, 8, 8, 8]\nlayers:\n  - avg_pool: {kernel: 2, stride: [2, 2, 3]}\n", [3]),
}
FREE = {
    "stride and kernel are equal": "input: [3, 8, 8]\nlayers:\n  - max_pool: 2\n",
    "windows overlap": "input: [3, 9, 9]\nlayers:\n  - max_pool: {kernel: 3, stride: 2}\n",
    "a single cell samples": "input: [3, 8, 8]\nlayers:\n  - max_pool: {kernel: 1, stride: 2}\n",
    "there is one window only": "input: [3, 2, 2]\nlayers:\n  - avg_pool: {kernel: 2, stride: 3}\n",
    "a transposed convolution": "input: [3, 7, 7]\nlayers:\n  - conv_transpose: {out: 3, kernel: 2, stride: 3}\n",
}
