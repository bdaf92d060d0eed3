"""Cases of the rule: what it finds, by line, and what it leaves alone."""

HEAD = "input: [8, 9, 9]\nlayers:\n"

FOUND = {
    "a crop on one side": (
        f"{HEAD}  - add: {{a: [conv: {{out: 8, kernel: 3}}], b: [crop: [[0, 2], [0, 2]]]}}\n",
        [3],
    ),
    "a shortcut that samples the corner of a pool": (
        f"{HEAD}  - add:\n      a: [avg_pool: 2]\n      b: [crop: [[0, 1], [0, 1]], conv: {{out: 8, kernel: 1, stride: 2}}]\n",
        [3],
    ),
    "unlike strides that come to one size": (
        "input: [8, 5, 5]\nlayers:\n  - add:\n      a: [max_pool: {kernel: 1, stride: 2}]\n      b: [conv: {out: 8, kernel: 3}]\n",
        [3],
    ),
    "one dimension": (
        "input: [8, 9]\nlayers:\n  - add: {a: [conv: {out: 8, kernel: 3}], b: [crop: [[0, 2]]]}\n",
        [3],
    ),
    "a sequence whose branches begin at the same cell": (
        "input: [8, 32]\nlayers:\n  - add: {a: [conv: {out: 8, kernel: 2, padding: [[0, 1]]}], b: []}\n",
        [3],
    ),
    "a picture whose branches end at the same cell": (
        f"{HEAD}  - add: {{a: [conv: {{out: 8, kernel: 2, padding: [[1, 0], [1, 0]]}}], b: []}}\n",
        [3],
    ),
    "a concatenation of channels": (
        f"{HEAD}  - concat: {{a: [conv: {{out: 8, kernel: 3}}], b: [crop: [[0, 2], [0, 2]]]}}\n",
        [3],
    ),
}
FREE = {
    "a residual block": f"{HEAD}  - add: {{a: [conv: {{out: 8, kernel: 3, padding: 1}}], b: []}}\n",
    "a shortcut of stride 2": (
        f"{HEAD}  - add:\n      a: [conv: {{out: 8, kernel: 3, stride: 2, padding: 1}}]\n"
        "      b: [conv: {out: 8, kernel: 1, stride: 2}]\n"
    ),
    "a crop in the middle": f"{HEAD}  - add: {{a: [conv: {{out: 8, kernel: 3}}], b: [crop: 1]}}\n",
    "a gate": f"{HEAD}  - mul: {{a: [crop: [[0, 2], [0, 2]]], b: [global_avg_pool]}}\n",
    "causal branches of a sequence, as in WaveNet": (
        "input: [8, 32]\nlayers:\n  - add: {a: [conv: {out: 8, kernel: 2, dilation: 4, padding: [[4, 0]]}], b: []}\n"
    ),
    "vectors": "input: [8]\nlayers:\n  - add: {a: [linear: 8], b: []}\n",
    "two inputs": "inputs: {l: [3, 8, 8], r: [3, 8, 8]}\nlayers:\n  - add: [l, r]\n",
}
