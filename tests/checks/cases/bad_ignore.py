"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "no codes": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore\n", [3]),
    "no code between the brackets": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[]\n", [3]),
    "a bracket is missing": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: ignore[dead-layer\n", [3]),
    "at the end of the file": ("input: [3, 8]\nlayers:\n  - relu\n# cnninspect: ignore[]\n", [4]),
    "another word": ("input: [3, 8]\nlayers:\n  - relu  # cnninspect: noqa[dead-layer]\n", [3]),
    "on a line of its own": ("input: [3, 8]\n# cnninspect: ignore\nlayers:\n  - relu\n", [2]),
    "after something else": ("input: [3, 8]\nlayers:\n  - relu  # bent; cnninspect: ignore\n", [3]),
    "in large letters": ("input: [3, 8]\nlayers:\n  - relu  # CNNInspect: Ignore\n", [3]),
    "behind a quoted sign": ('input: [3, 8]\ndescription: "a #b"  # cnninspect: ignore\nlayers:\n  - relu\n', [2]),
}
FREE = {
    "a comment about such comments": "input: [3, 8]\nlayers:\n  - relu  # a cnninspect: ignore comment would be idle\n",
    "a text of several lines that begins with a sign": 'input: [3, 8]\ndescription: "a\n# cnninspect: ignore"\nlayers:\n  - relu\n',
    "a comment about something else": "input: [3, 8]\nlayers:\n  - relu  # see cnninspect: it ignores this\n",
    "a text that looks like one": 'input: [3, 8]\ndescription: "# cnninspect: ignore"\nlayers:\n  - relu\n',
    "a text of several lines": "input: [3, 8]\ndescription: |\n  # cnninspect: ignore\nlayers:\n  - relu\n",
    "a sign that opens no comment": "input: [3, 8]\ndescription: a#cnninspect:ignore\nlayers:\n  - relu\n",
}
