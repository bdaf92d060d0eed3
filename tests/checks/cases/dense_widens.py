"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "wider than its input": (
        "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 32\n  - relu\n  - linear: 4\n",
        [5],
    ),
    "at the option": (
        "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear:\n      bias: true\n      out: 32\n  - relu\n  - dropout\n  - linear: 8\n",
        [7],
    ),
    "by more than the classes need, in several steps": (
        "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 32\n  - relu\n  - linear: 32\n  - relu\n  - linear: 2\n",
        [5],
    ),
}
FREE = {
    "narrower": "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 8\n  - relu\n  - linear: 10\n",
    "as many classes as there are": "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 1000\n",
    "a network of vectors": "input: [8]\nlayers:\n  - linear: 32\n  - relu\n  - linear: 4\n",
    "towards a picture": "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 32\n  - relu\n  - linear: 64\n  - reshape: [4, 4, 4]\n",
    "more classes than values: a narrow layer would tie them together": (
        "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 32\n  - hard_swish\n  - linear: 10\n"
    ),
    "a gate that comes back to its width": "input: [8, 4, 4]\nlayers:\n  - squeeze_excite: 2\n",
}
