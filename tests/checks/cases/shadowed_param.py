"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a default": (
        "input: [3, 8, 8]\nparams: {width: 4}\nblocks:\n  unit:\n    args: {width: 8}\n    layers: [conv: {out: $width, kernel: 1}]\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - unit\n",
        [5],
    ),
    "among others": (
        "input: [3, 8, 8]\nparams: {width: 4}\nblocks:\n  unit:\n    args: {width: 8, other: 1}\n    layers: [conv: {out: $width * $other, kernel: 1}]\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - {unit: {other: 2}}\n",
        [5],
    ),
}
FREE = {
    "passed by every call": "input: [3, 8, 8]\nparams: {width: 4}\nblocks:\n  unit:\n    args: {width: 8}\n    layers: [conv: {out: $width, kernel: 1}]\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - unit: 16\n",
    "required": "input: [3, 8, 8]\nparams: {width: 4}\nblocks:\n  unit:\n    args: {width}\n    layers: [conv: {out: $width, kernel: 1}]\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - unit: 16\n",
    "the param itself is the default": "input: [3, 8, 8]\nparams: {width: 4}\nblocks:\n  unit:\n    args: {width: $width}\n    layers: [conv: {out: $width, kernel: 1}]\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - unit\n",
    "another name": "input: [3, 8, 8]\nparams: {width: 4}\nblocks:\n  unit:\n    args: {out: 8}\n    layers: [conv: {out: $out, kernel: 1}]\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - unit\n",
}
