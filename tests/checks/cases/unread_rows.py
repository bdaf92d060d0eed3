"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a convolution": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n", [3]),
    "a pool": ("input: [3, 7, 7]\nlayers:\n  - max_pool: 2\n", [3]),
    "one dimension": ("input: [3, 9]\nlayers:\n  - avg_pool: 2\n", [3]),
    "three dimensions": ("input: [3, 4, 4, 5]\nlayers:\n  - max_pool: 2\n", [3]),
    "only what is more than the padding": (
        "input: [1, 224, 224]\nlayers:\n  - conv: {out: 8, kernel: 11, stride: 4, padding: 1}\n",
        [3],
    ),
    "columns, beside rows that a stride beyond the kernel leaves out": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: [1, 3], stride: 2}\n",
        [3],
    ),
    "two branches that both stop short": (
        "input: [3, 7, 7]\nlayers:\n  - add: {a: [max_pool: 2], b: [avg_pool: 2]}\n",
        [3, 3],
    ),
}
FREE = {
    "it ends with the map": "input: [3, 9, 9]\nlayers:\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
    "only padding is left over": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, stride: 2, padding: 1}\n",
    "rounded up": "input: [3, 7, 7]\nlayers:\n  - max_pool: {kernel: 2, rounding: ceil}\n",
    "stride 1": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3}\n",
    "a stride beyond the kernel leaves rows everywhere": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1, stride: 2}\n"
    ),
    "another branch reads them": (
        "input: [3, 8, 8]\nlayers:\n  - {relu: , name: a}\n  - conv: {out: 3, kernel: 3, stride: 2}\n"
        "  - {conv: {out: 3, kernel: 4, stride: 2, padding: 0}, from: a}\n"
    ),
    "a global pool": "input: [3, 7, 7]\nlayers:\n  - global_avg_pool\n",
    "adaptive pools share the map out": "input: [3, 7, 7]\nlayers:\n  - adaptive_avg_pool: 3\n",
    "a transposed convolution": "input: [3, 7, 7]\nlayers:\n  - conv_transpose: {out: 3, kernel: 3, stride: 2}\n",
}
