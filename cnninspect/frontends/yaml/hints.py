"""What people may have meant: near names, and the spellings of torch and Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

OPTIONS = {
    "filters": "out",
    "units": "out",
    "out_channels": "out",
    "out_features": "out",
    "num_output": "out",
    "channels": "out",
    "nodes": "out",
    "kernel_size": "kernel",
    "pool_size": "kernel",
    "ksize": "kernel",
    "k": "kernel",
    "strides": "stride",
    "s": "stride",
    "pad": "padding",
    "pads": "padding",
    "p": "padding",
    "dilation_rate": "dilation",
    "dilations": "dilation",
    "use_bias": "bias",
    "num_groups": "groups",
    "group": "groups",
    "depth_multiplier": "multiplier",
    "ceil_mode": "rounding",
    "dim": "axis",
    "epsilon": "eps",
    "scale_factor": "factor",
    "upscale_factor": "factor",
    "output_size": "size",
    "rate": "rate",
    "drop_prob": "rate",
    "negative_slope": "slope",
    "alpha": "slope",
    "normalized_shape": "axes",
    "affine": "affine",
    "interpolation": "mode",
    "target_shape": "shape",
    "dims": "axes",
    "num_parameters": "shared",
    "track_running_stats": "track",
}
"""Options as torch, Keras, Caffe and ONNX spell them."""

IMPLIED = {
    "in_channels": "the input's channels are known: leave it out",
    "in_features": "the input's features are known: leave it out",
    "num_features": "the input's channels are known: leave it out",
    "num_channels": "the input's channels are known: leave it out",
    "input_shape": "the network's input stands at the top of the file, as input: [3, 224, 224]",
    "input_dim": "the network's input stands at the top of the file, as input: [100]",
    "activation": "an activation is a layer of its own: write - relu below",
    "act": "an activation is a layer of its own: write - relu below",
    "inplace": "working in place is for the back end to decide: leave it out",
    "kernel_initializer": "init stands beside the layer, not inside its options: init: kaiming",
    "bias_initializer": "init stands beside the layer, not inside its options: init: {bias: 0}",
    "kernel_regularizer": "weight decay belongs to the training: training: {weight_decay: 1e-4}",
    "data_format": "shapes are channels first; layout: channels_last at the top of the file changes how input is written",
    "name": "name stands beside the layer, not inside its options",
    "from": "from stands beside the layer, not inside its options",
    "repeat": "repeat stands beside the layer, not inside its options",
    "when": "when stands beside the layer, not inside its options",
}
"""Options that need not be written, with what to do instead."""

SWAPPED = "permute takes all axes in their new order: permute: [0, 2, 1] swaps the two behind the batch"
RESIDUAL = "a residual connection is add: {main: [...], skip: []}"
ATTENTION = "attention is written with linear, reshape, permute, matmul and softmax, best in a block of its own"
RECURRENT = "no layer here is recurrent: a stack of dilated convolutions looks back as far"
OTHERWISE = {
    "transpose": SWAPPED,
    "swapaxes": SWAPPED,
    "movedim": "permute takes all axes in their new order: permute: [0, 2, 3, 1] moves the channels of a map last",
    "activation": "an activation is a layer of its own: write - relu",
    "sequential": "layers follow each other as they stand; with a name of their own they are a sequence: [...]",
    "route": "name tensors: concat: [one, other], or from: one beside a layer",
    **dict.fromkeys(("residual", "residualblock", "resblock", "shortcut", "skip", "skipconnection"), RESIDUAL),
    **dict.fromkeys(("attention", "selfattention", "multiheadattention", "mhsa"), ATTENTION),
    **dict.fromkeys(("lstm", "gru", "rnn", "convlstm2d"), RECURRENT),
    **dict.fromkeys(("se", "seblock", "selayer", "squeezeandexcitation"), "it is called 'squeeze_excite' here"),
    **dict.fromkeys(("dwconv", "depthwise"), "it is called 'depthwise_conv' here"),
    **dict.fromkeys(("elementwiseadd", "eltwise", "eltwiseadd"), "it is called 'add' here"),
}
"""Layers of other libraries, in lower case, that are written in another way here."""

SECTIONS = {
    "model": "layers",
    "architecture": "layers",
    "backbone": "layers",
    "network": "layers",
    "modules": "blocks",
    "input_shape": "input",
    "input_size": "input",
    "parameters": "params",
    "args": "params",
    "hyperparameters": "params",
    "output": "outputs",
    "base": "extends",
    "inherits": "extends",
}
"""Top-level keys as other formats spell them."""


def near(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like this one."""
    from difflib import get_close_matches

    pool = sorted(set(known))
    lower = {word.lower(): word for word in pool}
    if name.lower() in lower:
        return lower[name.lower()]
    found = get_close_matches(name[:80], pool, 8, 0.6)
    slip = next((word for word in found if _one_slip(name, word)), None)
    return slip or (found[0] if found else None)


def _one_slip(one: str, other: str) -> bool:
    """Whether one character too many, too few or wrong, or two that changed places, make one word of the other."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    at = next((i for i, character in enumerate(shorter) if character != longer[i]), len(shorter))
    left, right = longer[at:], shorter[at:]
    if len(longer) > len(shorter):
        return left[1:] == right
    return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])


def plain_word(name: str) -> str:
    """A name as `alias_table` has it: what stands before its last point is a package."""
    return name.rpartition(".")[2].lower().replace("_", "")


def option_help(layer: str, option: str, known: list[str]) -> str:
    """How to mend an option that a layer does not have."""
    from cnninspect.frontends.yaml.meant import odd_help

    odd = odd_help(option)
    if odd:
        return odd
    word, colon, value = option.partition(":")
    if colon and word in known:
        return f"a space follows the colon: {word}: {value.strip()}"
    meant = OPTIONS.get(option)
    if meant in known and meant is not None:
        return f"it is called '{meant}' here"
    if option in IMPLIED:
        return IMPLIED[option]
    guess = near(option, known)
    if guess:
        return f"did you mean '{guess}'?"
    return f"{layer} takes {', '.join(known)}" if known else f"{layer} takes no options"


def layer_help(name: str, known: Iterable[str], aliases: dict[str, str], value: str = "") -> str:
    """How to mend the name of a layer or block that does not exist; ``value`` is the text that stands behind it."""
    from cnninspect.frontends.yaml.meant import layer_text_help

    word = plain_word(name)
    if word in OTHERWISE:
        called = aliases.get(plain_word(value)) if word == "activation" else None
        return f"write - {called}" if called else OTHERWISE[word]
    meant = aliases.get(word)
    if meant:
        return f"it is called '{meant}' here"
    known = list(known)
    run_together = layer_text_help(name, value, known, aliases)
    if run_together:
        return run_together
    guess = near(name, known)
    return f"did you mean '{guess}'?" if guess else "cnninspect layers lists them all"


def alias_table(registry: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
    """Every foreign spelling of a layer, in lower case without underscores."""
    table: dict[str, str] = {}
    for name, aliases in registry:
        for alias in (name, *aliases):
            table.setdefault(alias.lower().replace("_", ""), name)
    return table
