"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "wider than its input": (
        "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 32\n  - relu\n  - linear: 10\n",
        [5],
    ),
    "at the option": (
        "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear:\n      bias: true\n      out: 32\n  - relu\n  - dropout\n  - linear: 10\n",
        [7],
    ),
}
FREE = {
    "narrower": "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 8\n  - relu\n  - linear: 10\n",
    "as many classes as there are": "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 1000\n",
    "a network of vectors": "input: [8]\nlayers:\n  - linear: 32\n  - relu\n  - linear: 10\n",
    "towards a picture": "input: [8, 4, 4]\nlayers:\n  - global_avg_pool\n  - flatten\n  - linear: 32\n  - relu\n  - linear: 64\n  - reshape: [4, 4, 4]\n",
    "a gate that comes back to its width": "input: [8, 4, 4]\nlayers:\n  - squeeze_excite: 2\n",
}
