"""Cases of the rule: what it finds, by line, and what it leaves alone."""

HEAD = "  - global_avg_pool\n  - flatten\n  - linear: 10\n"
CONV = "conv: {out: 8, kernel: 3, padding: 1}"

FOUND = {
    "a single convolution": (f"input: [3, 32, 32]\nlayers:\n  - {CONV}\n  - relu\n{HEAD}", [5]),
    "on one axis of two": (
        f"input: [3, 4, 32]\nlayers:\n  - conv: {{out: 8, kernel: 5, padding: 2}}\n  - relu\n{HEAD}",
        [5],
    ),
    "one dimension": (f"input: [3, 32]\nlayers:\n  - {CONV}\n  - relu\n{HEAD}", [5]),
    "three dimensions": (f"input: [3, 16, 16, 16]\nlayers:\n  - {CONV}\n  - relu\n{HEAD}", [5]),
    "a max pool at the end": (
        f"input: [3, 32, 32]\nlayers:\n  - {CONV}\n  - relu\n  - global_max_pool\n  - flatten\n  - linear: 4\n",
        [5],
    ),
}
FREE = {
    "the field covers the input": f"input: [3, 5, 5]\nlayers:\n  - {CONV}\n  - relu\n  - {CONV}\n  - relu\n{HEAD}",
    "more than half of the input": f"input: [3, 8, 8]\nlayers:\n  - {CONV}\n  - relu\n  - {CONV}\n  - relu\n{HEAD}",
    "a linear layer sees all places at once": (
        f"input: [3, 32, 32]\nlayers:\n  - {CONV}\n  - relu\n  - flatten\n  - linear: 10\n"
    ),
    "a gate, not a decision": (
        f"input: [8, 32, 32]\nlayers:\n  - {CONV}\n  - mul: {{a: [], b: [global_avg_pool, sigmoid]}}\n  - relu\n"
    ),
    "gates have seen everything": (
        f"input: [8, 32, 32]\nlayers:\n  - {CONV}\n  - mul: {{a: [], b: [global_avg_pool, sigmoid]}}\n{HEAD}"
    ),
    "a pooled input": f"input: [3, 32, 32]\nlayers:\n{HEAD}",
    "no pool": f"input: [3, 32, 32]\nlayers:\n  - {CONV}\n",
}
