"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "one unit": ("input: [8]\nlayers:\n  - linear: 1\n  - softmax\n", [4]),
    "log softmax and softmin": ("input: [8]\nlayers:\n  - linear: 1\n  - log_softmax\n  - softmin\n", [4, 5]),
    "one channel of a map": ("input: [8, 4, 4]\nlayers:\n  - conv: {out: 1, kernel: 1}\n  - softmax\n", [4]),
    "softmax2d": ("input: [1, 4, 4]\nlayers:\n  - softmax2d\n", [3]),
    "an axis of size 1": ("input: [8, 1, 4]\nlayers:\n  - softmax: height\n", [3]),
    "sparsemax": ("input: [8]\nlayers:\n  - linear: 1\n  - sparsemax\n", [4]),
}
FREE = {
    "two units": "input: [8]\nlayers:\n  - linear: 2\n  - softmax\n",
    "one unit with a sigmoid": "input: [8]\nlayers:\n  - linear: 1\n  - sigmoid\n",
    "along another axis": "input: [1, 4, 4]\nlayers:\n  - softmax: height\n",
    "a gate": "input: [2, 4]\nlayers:\n  - glu\n",
}
