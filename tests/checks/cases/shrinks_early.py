"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a large stride and a pool": (
        "input: [3, 64, 64]\nlayers:\n  - conv: {out: 8, kernel: 4, stride: 4}\n  - relu\n  - max_pool: 4\n  - conv: {out: 8, kernel: 3}\n",
        [5],
    ),
    "patches of 16, at the option": (
        "input: [3, 64, 64]\nlayers:\n  - conv:\n      out: 8\n      kernel: 16\n      stride: 16\n",
        [6],
    ),
    "two pools": (
        "input: [3, 64]\nlayers:\n  - max_pool: 4\n  - conv: {out: 8, kernel: 1}\n  - relu\n  - max_pool: 4\n  - conv: {out: 8, kernel: 3}\n",
        [6],
    ),
}
FREE = {
    "a stem of 4": "input: [3, 64, 64]\nlayers:\n  - conv: {out: 8, kernel: 7, stride: 2, padding: 3}\n  - relu\n  - max_pool: 2\n  - conv: {out: 8, kernel: 3}\n",
    "after two layers": "input: [3, 64, 64]\nlayers:\n  - conv: {out: 8, kernel: 4, stride: 4}\n  - relu\n  - conv: {out: 8, kernel: 1}\n  - max_pool: 8\n",
    "the whole map": "input: [3, 64, 64]\nlayers:\n  - conv: {out: 8, kernel: 4, stride: 4}\n  - relu\n  - global_avg_pool\n",
    "branches": "input: [3, 64, 64]\nlayers:\n  - add:\n      a: [{conv: {out: 8, kernel: 16, stride: 16}}]\n      b: [{conv: {out: 8, kernel: 16, stride: 16}}]\n",
    "patches, of which each value has room": "input: [3, 64, 64]\nlayers:\n  - conv: {out: 768, kernel: 16, stride: 16}\n  - gelu\n  - conv: {out: 8, kernel: 3}\n",
    "an axis that is read at once, as in EEGNet": "input: [1, 64, 32]\nlayers:\n  - conv: {out: 8, kernel: [1, 8]}\n  - conv: {out: 16, kernel: [64, 1]}\n  - elu\n",
    "raw sound, as in M5": "input: [1, 8000]\nlayers:\n  - conv: {out: 32, kernel: 80, stride: 16}\n  - relu\n  - conv: {out: 32, kernel: 3}\n",
    "vectors": "input: [64]\nlayers:\n  - linear: 8\n",
    "two inputs": "inputs: {a: [3, 64, 64], b: [3, 64, 64]}\nlayers:\n  - {conv: {out: 8, kernel: 16, stride: 16}, from: a, name: l}\n  - {conv: {out: 8, kernel: 16, stride: 16}, from: b, name: r}\noutputs: [l, r]\n",
}
