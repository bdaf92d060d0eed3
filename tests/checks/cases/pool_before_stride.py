"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a strided convolution": (
        "input: [3, 32, 32]\nlayers:\n  - max_pool: 2\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
        [4],
    ),
    "an average pool as well": (
        "input: [3, 32, 32]\nlayers:\n  - avg_pool: 2\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
        [4],
    ),
    "two pools": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - max_pool: 2\n  - max_pool: 2\n",
        [6],
    ),
    "an activation between them": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - max_pool: 2\n  - relu\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
        [6],
    ),
}
FREE = {
    "the whole map summed up": "input: [3, 32]\nlayers:\n  - max_pool: 4\n  - avg_pool: $prev.width\n",
    "a stride of 1": "input: [3, 32, 32]\nlayers:\n  - max_pool: 2\n  - conv: {out: 8, kernel: 3}\n",
    "a pool without stride": "input: [3, 32, 32]\nlayers:\n  - max_pool: {kernel: 3, stride: 1, padding: 1}\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
    "a convolution between them": "input: [3, 32, 32]\nlayers:\n  - max_pool: 2\n  - conv: {out: 8, kernel: 3, padding: 1}\n  - relu\n  - max_pool: 2\n",
    "the other axis": "input: [3, 32, 32]\nlayers:\n  - max_pool: {kernel: [2, 1], stride: [2, 1]}\n  - max_pool: {kernel: [1, 2], stride: [1, 2]}\n",
    "others read the pooled map": "input: [3, 32, 32]\nlayers:\n  - {max_pool: 2, name: a}\n  - conv: {out: 8, kernel: 3, stride: 2, padding: 1}\n  - {max_pool: 2, from: a}\n",
}
