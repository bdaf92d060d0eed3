"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a method": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n    name: forward\n",
        [3],
    ),
    "a scope": (
        "input: [3, 8, 8]\nlayers:\n  - name: type\n    sequence: [{conv: {out: 8, kernel: 1}}]\n",
        [4],
    ),
    "a word of Python": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: class}\n",
        [3],
    ),
}
FREE = {
    "a name of its own": "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: forward1}\n",
    "a number": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n",
}
