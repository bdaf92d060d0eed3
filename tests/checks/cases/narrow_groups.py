"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "four channels each": (
        "input: [32, 8, 8]\nlayers:\n  - conv: {out: 32, kernel: 3, groups: 8}\n",
        [3],
    ),
    "at the option": (
        "input: [32, 8, 8]\nlayers:\n  - conv:\n      out: 64\n      kernel: 3\n      groups: 16\n",
        [6],
    ),
    "one dimension": (
        "input: [8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, groups: 2}\n",
        [3],
    ),
}
FREE = {
    "depthwise": "input: [32, 8, 8]\nlayers:\n  - conv: {out: 32, kernel: 3, groups: 32}\n",
    "wide groups": "input: [32, 8, 8]\nlayers:\n  - conv: {out: 32, kernel: 3, groups: 4}\n",
    "one group, however narrow": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 32, kernel: 3}\n",
    "no convolution": "input: [8]\nlayers:\n  - linear: 8\n",
}
