"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "single elements": ("input: [8]\nlayers:\n  - linear: 32\n  - relu\n  - dropout: 1\n  - linear: 10\n", [5]),
    "at the option": ("input: [8, 4, 4]\nlayers:\n  - dropout_channels:\n      rate: 1.0\n  - relu\n", [4]),
    "the branch of a residual block": (
        "input: [8, 4, 4]\nlayers:\n  - add:\n      main: [relu, drop_path: 1]\n      skip: []\n",
        [4],
    ),
}
FREE = {
    "half": "input: [8]\nlayers:\n  - linear: 32\n  - relu\n  - dropout: 0.5\n  - linear: 10\n",
    "nearly everything": "input: [8]\nlayers:\n  - linear: 32\n  - relu\n  - dropout: 0.99\n  - linear: 10\n",
    "nothing": "input: [8]\nlayers:\n  - linear: 32\n  - dropout: 0\n",
    "another noise of 1": "input: [8]\nlayers:\n  - linear: 32\n  - gaussian_noise: 1\n",
}
