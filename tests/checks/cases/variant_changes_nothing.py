"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "the same value": (
        "input: [3, 8, 8]\nparams: {width: 4, kind: relu}\nvariants:\n  a: {width: 4}\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - $kind\n",
        [4],
    ),
    "twice the same": (
        "input: [3, 8, 8]\nparams: {width: 4, kind: relu}\nvariants:\n  a: {width: 8}\n  b: {width: 8, kind: relu}\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - $kind\n",
        [5],
    ),
    "nothing at all": (
        "input: [3, 8, 8]\nparams: {width: 4, kind: relu}\nvariants:\n  a: {}\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - $kind\n",
        [4],
    ),
}
FREE = {
    "another value": "input: [3, 8, 8]\nparams: {width: 4, kind: relu}\nvariants:\n  a: {width: 8}\n  b: {kind: tanh}\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - $kind\n",
    "of the name of the file": "input: [3, 8, 8]\nparams: {width: 4, kind: relu}\nvariants:\n  model: {width: 4}\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - $kind\n",
    "one that is removed": "input: [3, 8, 8]\nparams: {width: 4, kind: relu}\nvariants:\n  a: {width: 8}\nlayers:\n  - conv: {out: $width, kernel: 1}\n  - $kind\n",
}
