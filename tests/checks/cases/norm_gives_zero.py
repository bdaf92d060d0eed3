"""Cases of the rule: what it finds, by line, and what it leaves alone."""

FOUND = {
    "instance norm of one cell": (
        "input: [3, 1, 1]\nlayers:\n  - instance_norm: {track: true}\n",
        [3],
    ),
    "a group of one channel": (
        "input: [8]\nlayers:\n  - linear: 8\n  - group_norm: 8\n",
        [4],
    ),
    "layer norm of one channel": (
        "input: [1]\nlayers:\n  - layer_norm\n",
        [3],
    ),
}
FREE = {
    "instance norm of a map": "input: [3, 2, 1]\nlayers:\n  - instance_norm\n",
    "two channels a group": "input: [8]\nlayers:\n  - linear: 8\n  - group_norm: 4\n",
    "batch norm has the batch": "input: [8, 1, 1]\nlayers:\n  - batch_norm\n",
    "rms norm takes no mean away": "input: [1]\nlayers:\n  - rms_norm\n",
    "local response norm divides by neighbours": "input: [1, 1, 1]\nlayers:\n  - local_response_norm: {size: 3}\n",
}
