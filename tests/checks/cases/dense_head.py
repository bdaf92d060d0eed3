"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "most parameters": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 64, kernel: 3, padding: 1}\n  - relu\n  - flatten\n  - linear: 10\n",
        [6],
    ),
    "dropout between them": (
        "input: [3, 32, 32]\nlayers:\n  - conv: {out: 64, kernel: 3, padding: 1}\n  - relu\n  - flatten\n  - dropout\n  - linear: 10\n",
        [7],
    ),
    "one dimension": (
        "input: [64, 512]\nlayers:\n  - conv: {out: 64, kernel: 1}\n  - relu\n  - flatten\n  - linear: 10\n",
        [6],
    ),
}
FREE = {
    "a pooled map": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 64, kernel: 3, padding: 1}\n  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 4000\n",
    "few parameters": "input: [3, 32, 32]\nlayers:\n  - conv: {out: 4, kernel: 3, padding: 1}\n  - relu\n  - flatten\n  - linear: 10\n",
    "others hold more": "input: [3, 4, 4]\nlayers:\n  - conv: {out: 256, kernel: 3, padding: 1}\n  - relu\n  - conv: {out: 256, kernel: 3, padding: 1}\n  - relu\n  - flatten\n  - linear: 100\n",
    "a network of vectors": "input: [100000]\nlayers:\n  - linear: 10\n",
}
