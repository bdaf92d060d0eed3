"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "half as many": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 32, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - conv: {out: 16, kernel: 3, padding: 1}\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
        [6],
    ),
    "told where the stage is widest": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 32, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - conv: {out: 8, kernel: 1}\n  - relu\n  - conv: {out: 16, kernel: 3, padding: 1}\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
        [8],
    ),
}
FREE = {
    "an output": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 32, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - conv: {out: 16, kernel: 3, padding: 1}\n",
    "more": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 16, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - conv: {out: 32, kernel: 3, padding: 1}\n",
    "as many": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 16, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - conv: {out: 16, kernel: 3, padding: 1}\n",
    "a bottleneck that opens again": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 16, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - conv: {out: 8, kernel: 1}\n  - relu\n  - conv: {out: 32, kernel: 1}\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
    "a network that goes up again": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 16, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n  - conv: {out: 8, kernel: 3, padding: 1}\n  - relu\n  - upsample: 2\n",
    "after the whole map": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 16, kernel: 3, padding: 1}\n  - relu\n  - global_avg_pool\n  - conv: {out: 8, kernel: 1}\n",
    "two inputs": "inputs: {a: [3, 8, 8], b: [3, 4, 4]}\nlayers:\n  - {conv: {out: 32, kernel: 1}, from: a, name: l}\n  - {conv: {out: 8, kernel: 1}, from: b, name: r}\noutputs: [l, r]\n",
}
