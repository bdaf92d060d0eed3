"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "softmax": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - softmax\n",
        [5],
    ),
    "its logarithm": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - log_softmax\n",
        [5],
    ),
    "the loss that is meant where none is said": (
        "input: [8]\ntraining: {epochs: 3}\nlayers:\n  - linear: 10\n  - softmax\n",
        [5],
    ),
    "sigmoid and a binary loss": (
        "input: [8]\ntraining: {loss: binary}\nlayers:\n  - linear: 10\n  - sigmoid\n",
        [5],
    ),
}
FREE = {
    "nobody says how it is trained": "input: [8]\nlayers:\n  - linear: 10\n  - softmax\n",
    "another loss": "input: [8]\ntraining: {loss: mse}\nlayers:\n  - linear: 10\n  - softmax\n",
    "scores and a binary loss": "input: [8]\ntraining: {loss: binary}\nlayers:\n  - linear: 10\n",
    "softmax and a binary loss are a matter of their own": (
        "input: [8]\ntraining: {loss: binary}\nlayers:\n  - linear: 10\n  - softmax\n"
    ),
    "sigmoid and cross-entropy likewise": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - sigmoid\n"
    ),
    "the logarithm of shares along an axis that is not the classes": (
        "input: [8, 4, 4]\ntraining: {loss: cross_entropy}\nlayers:\n  - conv: {out: 10, kernel: 1}\n  - log_softmax: height\n"
    ),
    "scores": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n",
    "a softmax inside": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - softmax\n  - linear: 4\n",
}
