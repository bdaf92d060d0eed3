"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "a layer that is passed by": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - conv: {out: 4, kernel: 1}\n  - {relu: , from: a}\n",
        [4],
    ),
    "the end of a branch is told, not each of its layers": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - conv: {out: 4, kernel: 1}\n  - batch_norm\n  - relu\n  - {relu: , from: a}\n",
        [6],
    ),
    "two branches that lead nowhere": (
        "input: [3, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - conv: {out: 4, kernel: 1}\n  - {conv: {out: 4, kernel: 1}, from: a}\n  - {relu: , from: a}\n",
        [4, 5],
    ),
    "layers above outputs that leave them out": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - conv: {out: 4, kernel: 1}\noutputs: [a]\n",
        [4],
    ),
    "of two inputs one leads nowhere": (
        "inputs: {l: [3, 8, 8], r: [3, 8, 8]}\nlayers:\n  - {conv: {out: 8, kernel: 1}, from: r}\n  - {conv: {out: 8, kernel: 1}, from: l}\n",
        [3],
    ),
}
FREE = {
    "a chain": "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - relu\n",
    "an output": "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - {conv: {out: 4, kernel: 1}, name: b}\noutputs: [a, b]\n",
    "a head for training": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - {conv: {out: 4, kernel: 1}, name: aux}\n  - {relu: , from: a, name: out}\n"
        "outputs: {out: out, aux: {from: aux, training: true}}\n"
    ),
    "half of a split": "input: [4, 8, 8]\nlayers:\n  - {chunk: 2, name: a}\n  - {relu: , from: a.0}\n",
}
