"""Cases of the rule: what it finds, by line, and what it leaves alone."""

CONV = "  - conv: {out: 8, kernel: 3}\n    init: "

FOUND = {
    "a number": (f"input: [3, 8, 8]\nlayers:\n{CONV}0.5\n  - relu\n", [3]),
    "ones": (f"input: [3, 8, 8]\nlayers:\n{CONV}ones\n", [3]),
    "zeros before an activation": (f"input: [3, 8, 8]\nlayers:\n{CONV}zeros\n  - batch_norm\n  - relu\n", [3]),
    "the weight by its name": (f"input: [3, 8, 8]\nlayers:\n{CONV}{{weight: 0.1, bias: 0}}\n  - relu\n", [3]),
    "a linear layer": ("input: [8]\nlayers:\n  - linear: 4\n    init: 1\n", [3]),
}
FREE = {
    "at random": f"input: [3, 8, 8]\nlayers:\n{CONV}kaiming\n  - relu\n",
    "a constant bias": f"input: [3, 8, 8]\nlayers:\n{CONV}{{bias: 0.1}}\n  - relu\n",
    "zeros at the end of a branch": (
        "input: [8, 8, 8]\nlayers:\n  - add:\n      main:\n        - conv: {out: 8, kernel: 1}\n          init: zeros\n"
        "      skip: []\n  - relu\n"
    ),
    "zeros at the end": "input: [8]\nlayers:\n  - linear: 4\n    init: zeros\n",
    "a single unit": "input: [8]\nlayers:\n  - linear: 1\n    init: 0.5\n",
    "a normalisation": "input: [8, 4]\nlayers:\n  - batch_norm: {}\n    init: zeros\n  - relu\n",
    "nothing said": "input: [8]\nlayers:\n  - linear: 4\n  - relu\n",
}
