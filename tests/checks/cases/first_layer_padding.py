"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "cut off, but not what was added": (
        "input: [3, 32]\nlayers:\n  - conv: {out: 8, kernel: 7, padding: 6}\n  - crop: [[0, 2]]\n",
        [3],
    ),
    "the AlexNet of the notes: 11×11 with padding 1": (
        "input: [1, 224, 224]\nlayers:\n  - conv: {out: 96, kernel: 11, stride: 4, padding: 1}\n  - relu\n",
        [3],
    ),
    "less than half": ("input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 5, padding: 1}\n", [3]),
    "more than half": ("input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 2}\n", [3]),
    "on one axis": ("input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: [7, 3], padding: 1}\n", [3]),
    "one dimension": ("input: [3, 32]\nlayers:\n  - conv: {out: 8, kernel: 9, padding: 1}\n", [3]),
    "each of two inputs": (
        "inputs: {l: [3, 8, 8], r: [3, 8, 8]}\nlayers:\n  - {conv: {out: 8, kernel: 5, padding: 1}, from: l, name: a}\n"
        "  - {conv: {out: 8, kernel: 5, padding: 1}, from: r}\n  - add: [a, prev]\n",
        [3, 4],
    ),
    "below a normalisation of the image": (
        "input: [3, 32, 32]\nlayers:\n  - scale_shift: 0.1\n  - conv: {out: 8, kernel: 7, padding: 1}\n",
        [4],
    ),
}
FREE = {
    "a causal convolution, cut off": "input: [3, 32]\nlayers:\n  - conv: {out: 8, kernel: 7, padding: 6}\n  - crop: [[0, 6]]\n",
    "cut off by a slice": "input: [3, 32]\nlayers:\n  - conv: {out: 8, kernel: 7, padding: 6}\n  - slice: {axis: width, stop: 32}\n",
    "half": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 7, padding: 3}\n",
    "none": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 7}\n",
    "same": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 7, stride: 2, padding: same}\n",
    "torchvision's AlexNet: the windows end with the image": (
        "input: [3, 224, 224]\nlayers:\n  - conv: {out: 64, kernel: 11, stride: 4, padding: 2}\n"
    ),
    "a later layer": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3, padding: 1}\n  - relu\n"
        "  - conv: {out: 8, kernel: 7, padding: 1}\n"
    ),
    "half of a dilated kernel": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 8, kernel: 3, dilation: 3, padding: 3}\n",
    "a vector": "input: [32]\nlayers:\n  - linear: 8\n",
}
