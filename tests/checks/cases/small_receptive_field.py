"""Cases of the rule: what it finds, by line, and what it leaves alone."""

HEAD = "  - global_avg_pool\n  - flatten\n  - linear: 10\n"
CONV = "conv: {out: 8, kernel: 3, padding: 1}"
THREE = f"  - {{{CONV}, repeat: 3}}\n  - relu\n"

FOUND = {
    "three convolutions see 7 of 32": (f"input: [3, 32, 32]\nlayers:\n{THREE}{HEAD}", [5]),
    "on one axis of two": (f"input: [3, 7, 32]\nlayers:\n{THREE}{HEAD}", [5]),
    "of two inputs the one that is seen": (
        f"inputs: {{b: [4], a: [3, 32, 32]}}\nlayers:\n  - {{linear: 4, from: b, name: c}}\n"
        f"  - {{{CONV}, repeat: 3, from: a}}\n  - relu\n{HEAD}outputs: [c, prev]\n".replace(
            "  - linear: 10", "  - {linear: 10, name: d}"
        ).replace("prev]", "d]"),
        [6],
    ),
    "one dimension": (f"input: [3, 32]\nlayers:\n{THREE}{HEAD}", [5]),
    "three dimensions": (f"input: [3, 16, 16, 16]\nlayers:\n{THREE}{HEAD}", [5]),
    "a max pool at the end": (
        f"input: [3, 32, 32]\nlayers:\n{THREE}  - global_max_pool\n  - flatten\n  - linear: 4\n",
        [5],
    ),
}
FREE = {
    "the field covers the input": f"input: [3, 7, 7]\nlayers:\n{THREE}{HEAD}",
    "half of the input": f"input: [3, 14, 14]\nlayers:\n{THREE}{HEAD}",
    "a sketch of one layer": f"input: [3, 32, 32]\nlayers:\n  - {CONV}\n  - relu\n{HEAD}",
    "a linear layer sees all places at once": (f"input: [3, 32, 32]\nlayers:\n{THREE}  - flatten\n  - linear: 10\n"),
    "a gate, not a decision": (
        f"input: [8, 32, 32]\nlayers:\n{THREE}  - mul: {{a: [], b: [global_avg_pool, sigmoid]}}\n  - relu\n"
    ),
    "gates have seen everything": (
        f"input: [8, 32, 32]\nlayers:\n{THREE}  - mul: {{a: [], b: [global_avg_pool, sigmoid]}}\n{HEAD}"
    ),
    "statistics of a sample have seen everything": (
        f"input: [8, 32, 32]\nlayers:\n{THREE}  - group_norm: {{groups: 2}}\n{HEAD}"
    ),
    "a pool that nobody reads": (
        f"input: [3, 32, 32]\nlayers:\n  - {{{CONV}, repeat: 3, name: a}}\n  - global_avg_pool\n  - {{relu: , from: a}}\n"
    ),
    "a pool within a branch": (f"input: [8, 32, 32]\nlayers:\n{THREE}  - add: {{a: [global_avg_pool], b: []}}\n"),
    "a pooled input": f"input: [3, 32, 32]\nlayers:\n{HEAD}",
    "no pool": f"input: [3, 32, 32]\nlayers:\n{THREE}",
}
