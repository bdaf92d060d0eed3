"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "half the size": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - flatten\n  - linear: 10\n",
        [6],
    ),
    "with dropout below it": (
        "input: [3, 64]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - flatten\n  - dropout\n  - linear: 10\n",
        [5],
    ),
}
FREE = {
    "two inputs": "inputs: {a: [3, 32, 32], b: [3, 32, 32]}\nlayers:\n  - {flatten: , from: a}\n  - linear: 8\n  - {flatten: , from: b}\n  - linear: 8\n",
    "a quarter": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 4\n  - flatten\n  - linear: 10\n",
    "a small input": "input: [3, 16, 16]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - flatten\n  - linear: 10\n",
    "a quarter of one axis": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - max_pool: [1, 4]\n  - flatten\n  - linear: 10\n",
    "no linear layer": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - flatten\n",
    "a pooled map": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
    "a layer of perceptrons on the pixels themselves": "input: [1, 28, 28]\nlayers:\n  - flatten\n  - linear: 10\n",
}
