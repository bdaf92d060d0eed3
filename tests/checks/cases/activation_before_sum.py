"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a relu at the end": (
        "input: [16, 8, 8]\nlayers:\n  - add:\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - relu\n      skip: []\n  - relu\n",
        [6],
    ),
    "with dropout below it": (
        "input: [16, 8, 8]\nlayers:\n  - add:\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - relu\n        - dropout\n      skip: []\n  - relu\n",
        [6],
    ),
    "a rectifier cut at six": (
        "input: [16, 8, 8]\nlayers:\n  - add:\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - batch_norm\n        - relu6\n      skip: []\n  - relu\n",
        [7],
    ),
    "the identity first": (
        "input: [16, 8, 8]\nlayers:\n  - add:\n      skip: []\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - relu\n",
        [7],
    ),
    "in an input that is named": (
        "input: [16, 8, 8]\nlayers:\n  - {conv: {out: 16, kernel: 1}, name: a}\n  - conv: {out: 16, kernel: 1}\n  - relu\n  - add: [a, prev]\n",
        [5],
    ),
}
FREE = {
    "a decoder meets its encoder, as in LinkNet": (
        "input: [8, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 3, padding: 1}, name: e}\n  - max_pool: 2\n"
        "  - conv: {out: 8, kernel: 3, padding: 1}\n  - upsample: 2\n  - conv: {out: 8, kernel: 3, padding: 1}\n"
        "  - relu\n  - add: [e, prev]\n"
    ),
    "after the sum": "input: [16, 8, 8]\nlayers:\n  - add:\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - batch_norm\n      skip: []\n  - relu\n",
    "an activation that has both signs": "input: [16, 8, 8]\nlayers:\n  - add:\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - tanh\n      skip: []\n  - relu\n",
    "a projection on the other side is no identity": "input: [16, 8, 8]\nlayers:\n  - add:\n      main:\n        - conv: {out: 16, kernel: 3, padding: 1}\n        - relu\n      skip: [{conv: {out: 16, kernel: 1}}]\n  - relu\n",
    "two branches of three": "input: [16, 8, 8]\nlayers:\n  - add:\n      a: [{conv: {out: 16, kernel: 1}}, relu]\n      b: [{conv: {out: 16, kernel: 1}}, relu]\n      c: []\n",
    "a branch without weights": "input: [16, 8, 8]\nlayers:\n  - add:\n      a: [relu]\n      b: []\n",
    "a product is a gate": "input: [16, 8, 8]\nlayers:\n  - mul:\n      a: [{conv: {out: 16, kernel: 1}}, relu]\n      b: []\n",
    "a branch that something else comes into": "input: [16, 8, 8]\nlayers:\n  - {conv: {out: 16, kernel: 1}, name: a}\n  - {conv: {out: 16, kernel: 1}, name: b}\n  - concat: [a, b]\n  - relu\n  - slice: {start: 0, stop: 16}\n  - add: [a, prev]\n",
    "the input itself and a rectified input": "inputs: {l: [16, 8, 8], r: [16, 8, 8]}\nlayers:\n  - {conv: {out: 16, kernel: 1}, from: l}\n  - relu\n  - add: [r, prev]\n",
}
