"""Cases of the rule: what it finds, by line, and what it leaves alone."""

CONV = "{conv: {out: 8, kernel: 3, padding: 1}, repeat: %d}"


def chain(size: str, times: int) -> str:
    return f"input: [3, {size}]\nlayers:\n  - relu\n  - {CONV % times}\n"


FOUND = {
    "most layers come too late": (chain("7, 7", 8), [4]),
    "one dimension": (chain("7", 8), [4]),
    "three dimensions": (chain("5, 5, 5", 6), [4]),
    "in one variant of two": (
        "input: [3, 7, 7]\nparams: {n: 3}\nvariants: {deep: {n: 9}}\n"
        "layers:\n  - {conv: {out: 8, kernel: 3, padding: 1}, repeat: $n}\n",
        [5],
    ),
}
FREE = {
    "the input is large": chain("64, 64", 8),
    "half of them": chain("7, 7", 6),
    "a small network": chain("3, 3", 3),
    "windows of a single cell": "input: [3, 4, 4]\nlayers:\n  - {conv: {out: 8, kernel: 1}, repeat: 8}\n",
    "no places": "input: [8]\nlayers:\n  - {linear: 8, repeat: 8}\n",
    "two inputs": (
        "inputs: {a: [3, 5, 5], b: [3, 5, 5]}\nlayers:\n  - add: [a, b]\n"
        "  - {conv: {out: 8, kernel: 3, padding: 1}, repeat: 9}\n"
    ),
}
