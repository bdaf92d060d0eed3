"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "the same twice": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - relu\n",
        [5],
    ),
    "two kinds": (
        "input: [8]\nlayers:\n  - linear: 8\n  - relu\n  - softmax\n",
        [5],
    ),
    "dropout and a flatten between them": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - tanh\n  - flatten\n  - dropout\n  - sigmoid\n",
        [7],
    ),
    "a block that ends as its caller begins": (
        "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {out}\n    layers:\n      - conv: {out: $out, kernel: 3}\n      - relu\nlayers:\n  - unit: 8\n  - relu\n",
        [10],
    ),
}
FREE = {
    "a convolution between them": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - conv: {out: 8, kernel: 3}\n  - relu\n",
    "a norm between them": "input: [3, 8, 8]\nlayers:\n  - relu\n  - batch_norm\n  - relu\n",
    "a pool between them": "input: [3, 8, 8]\nlayers:\n  - relu\n  - max_pool: 2\n  - tanh\n",
    "a sum between them": "input: [3, 8, 8]\nlayers:\n  - {relu: , name: a}\n  - add:\n      l: [{conv: {out: 3, kernel: 1}}, relu]\n      r: []\n  - relu\n",
    "somebody else reads the first": "input: [3, 8, 8]\nlayers:\n  - {relu: , name: a}\n  - tanh\n  - add: [a, prev]\n",
}
