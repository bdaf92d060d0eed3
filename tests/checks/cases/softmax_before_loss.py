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
}
FREE = {
    "nobody says how it is trained": "input: [8]\nlayers:\n  - linear: 10\n  - softmax\n",
    "another loss": "input: [8]\ntraining: {loss: mse}\nlayers:\n  - linear: 10\n  - softmax\n",
    "scores": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n",
    "a softmax inside": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - softmax\n  - linear: 4\n",
}
