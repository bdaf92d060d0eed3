"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a padded kernel on a map of one cell": (
        "input: [3, 1, 1]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n",
        [3],
    ),
    "at the option": (
        "input: [3, 2, 2]\nlayers:\n  - conv:\n      out: 8\n      kernel: 5\n      padding: 2\n",
        [5],
    ),
    "taps far apart": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 8, dilation: 8}\n",
        [3],
    ),
    "on one axis only": (
        "input: [3, 1, 9]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n",
        [3],
    ),
    "one dimension": (
        "input: [3, 1]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n",
        [3],
    ),
    "with a stride": (
        "input: [3, 2, 2]\nlayers:\n  - conv: {out: 8, kernel: 5, padding: 2, stride: 4}\n",
        [3],
    ),
}
FREE = {
    "a map as large as the kernel": "input: [3, 3, 3]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n",
    "two cells and three taps: each meets one of them": "input: [3, 2, 2]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n",
    "taps far apart that reach": "input: [3, 9, 9]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 8, dilation: 8}\n",
    "a pool has no weights to lose": "input: [3, 1, 1]\nlayers:\n  - avg_pool: {kernel: 3, padding: 1, stride: 1}\n",
    "a large stride that passes the padding": "input: [3, 9, 9]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1, stride: 4}\n",
    "a 1x1 kernel": "input: [3, 1, 1]\nlayers:\n  - conv: {out: 8, kernel: 1}\n",
}
