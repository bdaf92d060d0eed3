"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "one unit": ("input: [8]\nlayers:\n  - linear: 1\n  - softmax\n", [4]),
    "log softmax and softmin": ("input: [8]\nlayers:\n  - linear: 1\n  - log_softmax\n  - softmin\n", [4, 5]),
    "one channel of a map": ("input: [8, 4, 4]\nlayers:\n  - conv: {out: 1, kernel: 1}\n  - softmax\n", [4]),
    "softmax2d": ("input: [1, 4, 4]\nlayers:\n  - softmax2d\n", [3]),
    "an axis of size 1": ("input: [8, 1, 4]\nlayers:\n  - softmax: height\n", [3]),
    "sparsemax": ("input: [8]\nlayers:\n  - linear: 1\n  - sparsemax\n", [4]),
    "the shares that cross-entropy makes": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 1\n",
        [4],
    ),
    "the same on a map of one position": (
        "input: [8, 4, 4]\ntraining: {epochs: 3}\nlayers:\n  - conv: {out: 1, kernel: 1}\n  - global_avg_pool\n  - flatten\n",
        [5],
    ),
}
FREE = {
    "one unit and a binary loss": "input: [8]\ntraining: {loss: binary}\nlayers:\n  - linear: 1\n",
    "one unit of which nobody says how it is trained": "input: [8]\nlayers:\n  - linear: 1\n",
    "two units and cross-entropy": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 2\n",
    "a sigmoid above cross-entropy is a matter of its own": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 1\n  - sigmoid\n"
    ),
    "two units": "input: [8]\nlayers:\n  - linear: 2\n  - softmax\n",
    "one unit with a sigmoid": "input: [8]\nlayers:\n  - linear: 1\n  - sigmoid\n",
    "along another axis": "input: [1, 4, 4]\nlayers:\n  - softmax: height\n",
    "a gate": "input: [2, 4]\nlayers:\n  - glu\n",
}
