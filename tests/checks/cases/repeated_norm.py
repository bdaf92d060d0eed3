"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "two in a row": ("input: [3, 8, 8]\nlayers:\n  - batch_norm\n  - batch_norm\n", [4]),
    "with dropout between, as on the shortcut of the notes' Xception": (
        "input: [3, 8, 8]\nlayers:\n  - batch_norm\n  - dropout\n  - batch_norm\n  - dropout\n  - batch_norm\n",
        [5, 7],
    ),
    "instance norm below batch norm": ("input: [3, 8]\nlayers:\n  - batch_norm\n  - instance_norm\n", [4]),
    "although others read the first as well": (
        "input: [3, 8, 8]\nlayers:\n  - {batch_norm: , name: a}\n  - batch_norm\n  - add: [a, prev]\n",
        [4],
    ),
    "a block that ends and one that begins with it": (
        "input: [3, 8, 8]\nblocks:\n  unit: [batch_norm, relu, conv: {out: 3, kernel: 1}]\n"
        "layers:\n  - batch_norm\n  - unit\n  - unit\n",
        [3],
    ),
}
FREE = {
    "an activation between them": "input: [3, 8, 8]\nlayers:\n  - batch_norm\n  - relu\n  - batch_norm\n",
    "a convolution between them": (
        "input: [3, 8, 8]\nlayers:\n  - batch_norm\n  - conv: {out: 3, kernel: 1}\n  - batch_norm\n"
    ),
    "a sum between them": ("input: [3, 8, 8]\nlayers:\n  - add: {a: [batch_norm], b: []}\n  - batch_norm\n"),
    "norms of another kind": "input: [4, 8, 8]\nlayers:\n  - group_norm: 2\n  - layer_norm\n",
    "a channel is another one after flatten": "input: [4, 8, 8]\nlayers:\n  - batch_norm\n  - flatten\n  - batch_norm\n",
    "frozen": "input: [3, 8, 8]\nlayers:\n  - batch_norm: {frozen: true}\n  - batch_norm\n",
}
