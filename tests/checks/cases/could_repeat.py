"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "one line": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1, bias: false}\n  - conv: {out: 8, kernel: 1, bias: false}\n  - conv: {out: 8, kernel: 1, bias: false}\n  - conv: {out: 8, kernel: 1, bias: false}\n",
        [3],
    ),
    "two lines": (
        "input: [3, 8, 8]\nlayers:\n  - relu\n  - conv: {out: 8, kernel: 1}\n  - relu\n  - conv: {out: 8, kernel: 1}\n  - relu\n  - conv: {out: 8, kernel: 1}\n  - relu\n  - conv: {out: 8, kernel: 1}\n  - relu\n  - conv: {out: 8, kernel: 1}\n  - relu\n",
        [3],
    ),
    "in a branch": (
        "input: [3, 8, 8]\nlayers:\n  - add:\n      a:\n        - conv: {out: 3, kernel: 1}\n        - conv: {out: 3, kernel: 1}\n        - conv: {out: 3, kernel: 1}\n        - conv: {out: 3, kernel: 1}\n      b: []\n",
        [5],
    ),
    "laid out otherwise": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - {conv: {out: 8, kernel: 1}}\n  - conv:\n      out: 8\n      kernel: 1\n  - conv: {out: 8, kernel: 1}\n",
        [3],
    ),
}
FREE = {
    "three times": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - conv: {out: 8, kernel: 1}\n  - conv: {out: 8, kernel: 1}\n",
    "with names": "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: c0}\n  - {conv: {out: 8, kernel: 1}, name: c1}\n  - {conv: {out: 8, kernel: 1}, name: c2}\n  - {conv: {out: 8, kernel: 1}, name: c3}\n",
    "different ones": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - conv: {out: 9, kernel: 1}\n  - conv: {out: 10, kernel: 1}\n  - conv: {out: 11, kernel: 1}\n",
    "a list of numbers": "input: [3, 8, 8]\nparams: {depth: [2, 2, 2, 2]}\nlayers:\n  - {conv: {out: $item, kernel: 1}, repeat: $depth}\n",
    "a repeat": "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, repeat: 9}\n",
}
