"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a 1x1 convolution with padding": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1, padding: 1}\n", [3]),
    "a kernel of 3 with padding of 3": (
        "input: [3, 8, 8]\nlayers:\n  - conv:\n      out: 8\n      kernel: 3\n      padding: 3\n",
        [6],
    ),
    "on one axis": ("input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: [1, 3], padding: [1, 1]}\n", [3]),
    "on one side": ("input: [3, 8]\nlayers:\n  - conv: {out: 8, kernel: 2, padding: [[0, 2]]}\n", [3]),
    "dilated": ("input: [3, 9, 9]\nlayers:\n  - conv: {out: 8, kernel: 2, dilation: 2, padding: 3}\n", [3]),
}
FREE = {
    "half of the kernel": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n",
    "as wide as can be of use": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 2}\n",
    "dilation makes the kernel wide": (
        "input: [3, 19, 19]\nlayers:\n  - conv: {out: 8, kernel: 3, dilation: 6, padding: 6}\n"
    ),
    "a layer that only pads": "input: [3, 8, 8]\nlayers:\n  - pad: 3\n  - conv: {out: 8, kernel: 7}\n",
    "a transposed convolution crops": (
        "input: [3, 8, 8]\nlayers:\n  - conv_transpose: {out: 8, kernel: 2, stride: 2, padding: 2}\n"
    ),
}
