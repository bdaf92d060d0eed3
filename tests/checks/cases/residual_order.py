"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "one that is not rectified": (
        "input: [16, 8, 8]\nblocks:\n  unit:\n    args: {last: relu}\n    layers:\n      - add:\n          main:\n            - conv: {out: 16, kernel: 3, padding: 1}\n          skip: []\n      - $last\nlayers:\n  - {unit: , repeat: 3}\n  - unit: identity\n  - {unit: , repeat: 3}\n",
        [6],
    ),
    "one that is rectified": (
        "input: [16, 8, 8]\nblocks:\n  unit:\n    args: {last: identity}\n    layers:\n      - add:\n          main:\n            - conv: {out: 16, kernel: 3, padding: 1}\n          skip: []\n      - $last\nlayers:\n  - {unit: , repeat: 3}\n  - unit: relu\n  - {unit: , repeat: 3}\n",
        [6],
    ),
}
FREE = {
    "a sum of three is no residual": (
        "input: [8, 8, 8]\nlayers:\n  - {sequence: [add: {a: [relu], b: [tanh], c: []}, conv: {out: 8, kernel: 1}], repeat: 6}\n"
    ),
    "all rectified": "input: [16, 8, 8]\nblocks:\n  unit:\n    args: {last: relu}\n    layers:\n      - add:\n          main:\n            - conv: {out: 16, kernel: 3, padding: 1}\n          skip: []\n      - $last\nlayers:\n  - {unit: , repeat: 6}\n",
    "none rectified": "input: [16, 8, 8]\nblocks:\n  unit:\n    args: {last: identity}\n    layers:\n      - add:\n          main:\n            - conv: {out: 16, kernel: 3, padding: 1}\n          skip: []\n      - $last\nlayers:\n  - {unit: , repeat: 6}\n",
    "the last one belongs to the head": "input: [16, 8, 8]\nblocks:\n  unit:\n    args: {last: identity}\n    layers:\n      - add:\n          main:\n            - conv: {out: 16, kernel: 3, padding: 1}\n          skip: []\n      - $last\nlayers:\n  - {unit: , repeat: 6}\n  - unit: relu\n",
    "half and half: two stages of two kinds": "input: [16, 8, 8]\nblocks:\n  unit:\n    args: {last: relu}\n    layers:\n      - add:\n          main:\n            - conv: {out: 16, kernel: 3, padding: 1}\n          skip: []\n      - $last\nlayers:\n  - {unit: , repeat: 4}\n  - {unit: identity, repeat: 4}\n",
    "too few to tell": "input: [16, 8, 8]\nblocks:\n  unit:\n    args: {last: relu}\n    layers:\n      - add:\n          main:\n            - conv: {out: 16, kernel: 3, padding: 1}\n          skip: []\n      - $last\nlayers:\n  - unit\n  - unit: identity\n  - unit\n  - unit\n",
    "sums that are no residual ones": "input: [16, 8, 8]\nlayers:\n  - {repeat: 6, add: {a: [{conv: {out: 16, kernel: 1}}], b: [{conv: {out: 16, kernel: 1}}]}}\n  - relu\n",
}
