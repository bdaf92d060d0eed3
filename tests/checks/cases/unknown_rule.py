"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a code that there is not": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[dead-lawyer] why\n", [3]),
    "one of two": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[dead-layer, bias] why\n", [3]),
    "an error": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[unknown-layer] why\n", [3]),
}
FREE = {
    "a code of a rule": "input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[dead-layer] why\n",
    "a code of the reader": "input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[unused-param, unused-block] why\n",
}
