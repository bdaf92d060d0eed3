"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "relu": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - relu\n",
        [5],
    ),
    "tanh": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - tanh\n",
        [5],
    ),
    "sigmoid of several classes": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - sigmoid\n",
        [5],
    ),
    "softmax and a binary loss": (
        "input: [8]\ntraining: {loss: binary}\nlayers:\n  - linear: 10\n  - softmax\n",
        [5],
    ),
    "relu and a binary loss": (
        "input: [8]\ntraining: {loss: binary}\nlayers:\n  - linear: 10\n  - relu\n",
        [5],
    ),
}
FREE = {
    "one head is the input itself": (
        "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - {linear: 10, name: a}\noutputs: {a: a, same: input}\n"
    ),
    "scores, laid out": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - flatten\n",
    "scores": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n",
    "sigmoid and a binary loss": "input: [8]\ntraining: {loss: binary}\nlayers:\n  - linear: 10\n  - sigmoid\n",
    "softmax is a matter of its own": "input: [8]\ntraining: {loss: cross_entropy}\nlayers:\n  - linear: 10\n  - softmax\n",
    "a squared error may want anything": "input: [8]\ntraining: {loss: mse}\nlayers:\n  - linear: 10\n  - relu\n",
    "nobody says how it is trained": "input: [8]\nlayers:\n  - linear: 10\n  - relu\n",
    "distances": "input: [84]\ntraining: {loss: cross_entropy}\nlayers:\n  - rbf: 10\n",
}
