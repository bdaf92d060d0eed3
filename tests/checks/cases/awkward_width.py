"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "features of tokens": (
        "input: [100, 512]\nlayers:\n  - linear: 500\n  - relu\n  - linear: 10\n",
        [3],
    ),
    "a convolution": (
        "input: [64, 32, 32]\nlayers:\n  - conv: {out: 58, kernel: 3}\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
        [3],
    ),
    "at the option": (
        "input: [64, 32, 32]\nlayers:\n  - conv:\n      kernel: 3\n      out: 100\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
        [5],
    ),
    "a linear layer": (
        "input: [512]\nlayers:\n  - linear: 50\n  - relu\n  - linear: 10\n",
        [3],
    ),
}
FREE = {
    "tokens are as many as they are": "input: [196, 512]\nlayers:\n  - linear: 512\n  - relu\n  - linear: 10\n",
    "a multiple": "input: [64, 32, 32]\nlayers:\n  - conv: {out: 56, kernel: 3}\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
    "few channels": "input: [64, 32, 32]\nlayers:\n  - conv: {out: 20, kernel: 5}\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
    "few weights": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 58, kernel: 3}\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n",
    "classes are what they are": "input: [1024]\nlayers:\n  - linear: 91\n  - softmax\n",
    "a pooled map of classes": "input: [512, 8, 8]\nlayers:\n  - conv: {out: 100, kernel: 1}\n  - relu\n  - global_avg_pool\n  - flatten\n",
    "outputs of several heads laid side by side": "input: [512, 8, 8]\nlayers:\n  - concat:\n      a: [{conv: {out: 91, kernel: 1}}, flatten]\n      b: [{conv: {out: 36, kernel: 1}}, flatten]\n",
    "a gate": "input: [64, 8, 8]\nlayers:\n  - mul:\n      gate: [global_avg_pool, {conv: {out: 500, kernel: 1}}, relu, {conv: {out: 64, kernel: 1}}, sigmoid]\n      skip: []\n  - conv: {out: 8, kernel: 1}\n",
    "an unknown shape below it": "input: [512, 8, 8]\nlayers:\n  - {conv: {out: 512, kernel: 1}, name: a}\n",
}
