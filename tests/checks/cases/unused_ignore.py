"""Cases of the rule: what it finds, by line, and what it leaves alone."""

ALSO = ("dead-layer", "padding-beyond-kernel")
PADDED = "conv: {out: 8, kernel: 1, padding: 1}"
FOUND = {
    "nothing to silence": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[dead-layer] why\n", [3]),
    "at the end of the file, with a comma too many": (
        "input: [3, 8]\nlayers:\n  - relu\n# cnninspect: ignore[dead-layer, ] why\n",
        [4],
    ),
    "one of two codes": (
        f"input: [3, 8]\nlayers:\n  - {PADDED}  # cnninspect: ignore[dead-layer, padding-beyond-kernel] why\n",
        [3],
    ),
    "each of two codes": (
        "input: [3, 8]\nlayers:\n  # cnninspect: ignore[dead-layer, padding-beyond-kernel] why\n  - relu\n",
        [3, 3],
    ),
    "it stands a line too low": (
        f"input: [3, 8]\nlayers:\n  - {PADDED}  # cnninspect: ignore[padding-beyond-kernel] why\n"
        "  - relu  # cnninspect: ignore[padding-beyond-kernel] why\n",
        [4],
    ),
}
FREE = {
    "a comment that silences": (
        f"input: [3, 8]\nlayers:\n  - {PADDED}  # cnninspect: ignore[padding-beyond-kernel] why\n"
    ),
    "in one variant of two": (
        "input: [3, 8]\nparams: {wide: 0}\nvariants: {padded: {wide: 1}}\nlayers:\n"
        "  - conv: {out: 8, kernel: 1, padding: $wide}  # cnninspect: ignore[padding-beyond-kernel] why\n"
    ),
    "a rule that is switched off": "input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[bias-before-norm] why\n",
    "a code that there is not": "input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[dead-lawyer] why\n",
}
