"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "kernel 3, stride 2": (
        "input: [8, 4, 4]\nlayers:\n  - conv_transpose: {out: 4, kernel: 3, stride: 2}\n",
        [3],
    ),
    "at the option": (
        "input: [8, 4, 4]\nlayers:\n  - conv_transpose:\n      out: 4\n      stride: 2\n      kernel: 5\n",
        [6],
    ),
    "on one axis": (
        "input: [8, 4, 4]\nlayers:\n  - conv_transpose: {out: 4, kernel: [2, 3], stride: [2, 2]}\n",
        [3],
    ),
    "a kernel below the stride leaves outputs without any": (
        "input: [8, 4]\nlayers:\n  - conv_transpose: {out: 4, kernel: 1, stride: 2}\n",
        [3],
    ),
    "taps that all fall on one remainder": (
        "input: [8, 4]\nlayers:\n  - conv_transpose: {out: 4, kernel: 2, stride: 2, dilation: 2}\n",
        [3],
    ),
}
FREE = {
    "a multiple": "input: [8, 4, 4]\nlayers:\n  - conv_transpose: {out: 4, kernel: 4, stride: 2, padding: 1}\n",
    "stride 1": "input: [8, 4, 4]\nlayers:\n  - conv_transpose: {out: 4, kernel: 3}\n",
    "an ordinary convolution": "input: [8, 4, 4]\nlayers:\n  - conv: {out: 4, kernel: 3, stride: 2}\n",
    "one of each remainder": "input: [8, 4]\nlayers:\n  - conv_transpose: {out: 4, kernel: 2, stride: 2, dilation: 3}\n",
}
