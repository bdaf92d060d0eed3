"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "stride 1": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3}\n  - relu\n  - max_pool: {kernel: 3, stride: 1, padding: 1}\n  - conv: {out: 8, kernel: 3}\n",
        [5],
    ),
    "at the option": (
        "input: [3, 32, 32]\nlayers:\n  - avg_pool:\n      kernel: 2\n      stride: 1\n  - conv: {out: 8, kernel: 3}\n",
        [5],
    ),
    "before a convolution that strides and mixes channels": (
        "input: [3, 32, 32]\nlayers:\n  - max_pool: {kernel: 2, stride: 1}\n  - conv: {out: 8, kernel: 3, stride: 2}\n",
        [3],
    ),
    "before a layer by channel that does not stride": (
        "input: [3, 32, 32]\nlayers:\n  - max_pool: {kernel: 2, stride: 1}\n  - depthwise_conv: 3\n",
        [3],
    ),
    "a kernel of 1": (
        "input: [3, 32, 32]\nlayers:\n  - max_pool: 1\n",
        [3],
    ),
}
FREE = {
    "a stride": "input: [3, 32, 32]\nlayers:\n  - max_pool: 2\n",
    "beside other branches": "input: [3, 32, 32]\nlayers:\n  - concat:\n      a: [{max_pool: {kernel: 3, stride: 1, padding: 1}}]\n      b: [{conv: {out: 8, kernel: 1}}]\n",
    "inside a branch": "input: [3, 32, 32]\nlayers:\n  - concat:\n      a: [{conv: {out: 8, kernel: 1}}, {max_pool: {kernel: 3, stride: 1, padding: 1}}]\n      b: [{conv: {out: 8, kernel: 1}}]\n",
    "the whole map": "input: [3, 32, 32]\nlayers:\n  - avg_pool: {kernel: 32, stride: 1}\n",
    "read again further down": "input: [3, 32, 32]\nlayers:\n  - {conv: {out: 3, kernel: 1}, name: a}\n  - {max_pool: {kernel: 3, stride: 1, padding: 1}, name: b}\n  - add: [a, b]\n",
    "anti-aliased pooling": "input: [8, 32, 32]\nlayers:\n  - max_pool: {kernel: 2, stride: 1}\n  - pad: 1\n  - depthwise_conv: {kernel: 3, stride: 2, bias: false}\n",
    "maxima whose mean is taken": "input: [8, 32, 32]\nlayers:\n  - max_pool: {kernel: 2, stride: 1}\n  - avg_pool: {kernel: 3, stride: 2, padding: 1}\n",
    "a global pool": "input: [3, 32, 32]\nlayers:\n  - global_max_pool\n",
}
