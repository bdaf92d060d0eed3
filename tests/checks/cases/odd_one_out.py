"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "an activation": (
        "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {act: silu}\n    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]\nlayers:\n  - {unit: , repeat: 3}\n  - unit: relu\n  - {unit: , repeat: 3}\n",
        [5],
    ),
    "an epsilon": (
        "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {eps: 1e-5}\n    layers: [conv: {out: 16, kernel: 1, bias: false}, batch_norm: {eps: $eps}, relu]\nlayers:\n  - {unit: , repeat: 3}\n  - unit: 1e-3\n  - {unit: , repeat: 3}\n",
        [5],
    ),
    "a norm": (
        "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {norm: batch_norm}\n    layers: [conv: {out: 16, kernel: 1}, $norm, relu]\nlayers:\n  - {unit: , repeat: 3}\n  - unit: layer_norm\n  - {unit: , repeat: 3}\n",
        [5],
    ),
}
FREE = {
    "a distance": (
        "input: [3, 8, 8]\nblocks:\n  unit: [conv: {out: 16, kernel: 3, padding: 1}, relu]\nlayers:\n"
        "  - {unit: , repeat: 6}\n  - {unit: , name: a}\n  - unit\n  - subtract: [a, prev]\n  - abs\n  - conv: {out: 4, kernel: 1}\n"
    ),
    "all alike": "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {act: silu}\n    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]\nlayers:\n  - {unit: , repeat: 7}\n",
    "two that differ": "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {act: silu}\n    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]\nlayers:\n  - {unit: , repeat: 4}\n  - {unit: relu, repeat: 2}\n  - {unit: , repeat: 4}\n",
    "few of them": "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {act: silu}\n    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]\nlayers:\n  - {unit: , repeat: 2}\n  - unit: relu\n  - unit\n",
    "the last one answers": "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {act: silu}\n    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]\nlayers:\n  - {unit: , repeat: 6}\n  - linear: {out: 4}\n  - sigmoid\n",
    "a gate": "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {act: silu}\n    layers: [conv: {out: 16, kernel: 3, padding: 1}, $act]\nlayers:\n  - {unit: , repeat: 6}\n  - mul:\n      gate: [{conv: {out: 16, kernel: 1}}, sigmoid]\n      skip: []\n  - unit\n",
}
