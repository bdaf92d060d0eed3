"""Cases of the rule: what it finds, by line, and what it leaves alone."""

HEAD = "  - relu\n  - global_avg_pool\n  - flatten\n  - linear: 10\n"

FOUND = {
    "a bias that is there by default": (
        f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 8, kernel: 1}}\n  - batch_norm\n{HEAD}",
        [3],
    ),
    "a bias that is written, at its place": (
        f"input: [3, 8, 8]\nlayers:\n  - conv:\n      out: 8\n      kernel: 1\n      bias: true\n  - batch_norm\n{HEAD}",
        [6],
    ),
    "instance norm subtracts the mean as well": (
        f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 8, kernel: 3}}\n  - instance_norm\n{HEAD}",
        [3],
    ),
    "a norm without an offset of its own": (
        f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 8, kernel: 1}}\n  - batch_norm: {{affine: false}}\n{HEAD}",
        [3],
    ),
    "one dimension": ("input: [3, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - batch_norm\n  - relu\n", [3]),
    "three dimensions": (
        "input: [3, 8, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - batch_norm\n  - relu\n",
        [3],
    ),
    "a linear layer": ("input: [8]\nlayers:\n  - linear: 8\n  - batch_norm\n  - relu\n  - linear: 2\n", [3]),
    "a transposed convolution": (
        "input: [3, 8, 8]\nlayers:\n  - conv_transpose: {out: 8, kernel: 2, stride: 2}\n  - batch_norm\n  - relu\n",
        [3],
    ),
    "a separable convolution": (
        "input: [3, 8, 8]\nlayers:\n  - separable_conv: {out: 8, kernel: 3}\n  - batch_norm\n  - relu\n",
        [3],
    ),
    "a block that is called twice is told once": (
        "input: [3, 8, 8]\nblocks:\n  unit:\n    args: {out}\n    layers:\n      - conv: {out: $out, kernel: 1}\n      - batch_norm\n      - relu\n"
        "layers:\n  - unit: 8\n  - unit: 16\n",
        [6],
    ),
    "in a variant only": (
        "input: [3, 8, 8]\nparams: {norm: identity}\nvariants: {bn: {norm: batch_norm}}\n"
        "layers:\n  - conv: {out: 8, kernel: 1}\n  - $norm\n  - relu\n",
        [5],
    ),
    "a max pool between them, which pads with nothing": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - max_pool: {kernel: 3, stride: 2, padding: 1}\n  - batch_norm\n  - relu\n",
        [3],
    ),
    "means without padding, or that leave it out": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - avg_pool: 2\n  - batch_norm\n  - relu\n"
        "  - conv: {out: 8, kernel: 1}\n  - avg_pool: {kernel: 3, stride: 2, padding: 1, count_include_pad: false}\n  - batch_norm\n",
        [3, 7],
    ),
    "several such layers": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - identity\n  - upsample: 2\n  - crop: 1\n  - batch_norm\n",
        [3],
    ),
}
FREE = {
    "a mean over zeros of the padding": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - avg_pool: {kernel: 3, stride: 2, padding: 1}\n  - batch_norm\n"
    ),
    "dropout scales what it lets through": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - dropout: 0.1\n  - batch_norm\n"
    ),
    "a pool that somebody else reads": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - {max_pool: 2, name: p}\n  - batch_norm\n  - add: [p, prev]\n"
    ),
    "no bias": f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 8, kernel: 1, bias: false}}\n  - batch_norm\n{HEAD}",
    "no bias by default": f"input: [3, 8, 8]\ndefaults: {{conv: {{bias: false}}}}\nlayers:\n  - conv: {{out: 8, kernel: 1}}\n  - batch_norm\n{HEAD}",
    "an activation between them": f"input: [3, 8, 8]\nlayers:\n  - conv: {{out: 8, kernel: 1}}\n  - relu\n  - batch_norm\n{HEAD}",
    "group and layer norm take other means": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - group_norm: 2\n  - conv: {out: 8, kernel: 1}\n  - layer_norm\n"
    ),
    "a frozen norm subtracts a constant, not the mean": (
        "input: [3, 8, 8]\nlayers:\n  - conv: {out: 8, kernel: 1}\n  - batch_norm: {frozen: true}\n  - relu\n"
    ),
    "somebody else reads the convolution as well": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - batch_norm\n  - add: [a, prev]\n"
    ),
    "the convolution is an output itself": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 8, kernel: 1}, name: a}\n  - {batch_norm: , name: b}\noutputs: [a, b]\n"
    ),
    "its weights are shared with a layer without a norm": (
        "input: [3, 8, 8]\nlayers:\n  - {conv: {out: 3, kernel: 1}, name: a}\n  - batch_norm\n  - {conv: {out: 3, kernel: 1}, share: a}\n"
    ),
}
