"""One table a tool: how it counts each operation, and why. Held against runs of the tools of these versions.

What a table does not list counts as nothing: the tool has no rule for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.passes.peers.counts import (
    affine,
    by_factor,
    doubled,
    every_output,
    frozen_steps,
    interpolated,
    joined,
    kernel_as_written,
    linear_offsets,
    linear_weights,
    macs,
    mean_of_windows,
    misplaced_offsets,
    neighbourhood_steps,
    neighbourhoods,
    norm_steps,
    norms,
    nothing,
    only,
    parameters,
    per_input,
    per_output,
    softmax_rows,
    spelled,
    stretched,
    twice_grouped,
)
from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.passes.peers.counts import Count

    Rule = tuple[Count, str]


class Tool(Record):
    """Someone else's way of counting."""

    name: str
    prints: str
    """The word beside its total."""
    flops: bool
    """Whether a multiply-accumulate is two: then the comparison starts at our FLOPs, else at our MACs."""
    version: str
    rules: dict[str, Rule]
    """By operation; ``X bias`` is the offset that goes with X."""
    silent: str
    """Why everything else counts as nothing."""
    through: bool = False
    """Whether it sees the operators below any module, so that even a layer of one's own is counted by its MACs."""


PRODUCTS = ("Conv", "ConvTranspose", "Linear", "matmul")
OPERATOR = "written as an operator (+, *), which this tool does not watch"


def _products(count: Count, why: str) -> dict[str, Rule]:
    return dict.fromkeys(PRODUCTS, (count, why))


def _offsets(count: Count, why: str) -> dict[str, Rule]:
    return dict.fromkeys([f"{kind} bias" for kind in PRODUCTS], (count, why))


def _all(kinds: str, count: Count, why: str) -> dict[str, Rule]:
    return dict.fromkeys(kinds.split(), (count, why))


POOLS = "MaxPool AvgPool AdaptiveAvgPool AdaptiveMaxPool"
TWO = "2 FLOPs for each multiply-accumulate"
SAME = "one for each multiply-accumulate"
KERNEL = "the kernel for each output, a single number standing for all axes: 3, not 9, for 3 × 3"
NORMS = "LayerNorm ChannelLayerNorm GroupNorm InstanceNorm"

TORCH = Tool(
    "torch", "FLOPs", True, "2.13.0", _products(doubled, TWO),
    "FlopCounterMode knows convolutions and matrix products only", through=True,
)  # fmt: skip

PAPER = Tool(
    "paper", "FLOPs", False, "", _products(macs, "papers call one multiply-accumulate one FLOP"),
    "papers leave out what is not a multiply-accumulate", through=True,
)  # fmt: skip

FVCORE = Tool(
    "fvcore", "FLOPs", False, "0.1.5.post20221221",
    {
        **_products(macs, "1 FLOP a MAC"),
        **_offsets(nothing, "the bias is left out"),
        **_all("BatchNorm", affine(2, 1), "2 an element, 1 where no factor is learned"),
        **_all(NORMS, affine(5, 4), "5 an element, 4 where no factor is learned"),
        "AdaptiveAvgPool": (only(2, per_input()), "1 an input, in 2-D only"),
        "interpolate": (interpolated, "in 2-D 1 an output for nearest, 4 for bilinear"),
        "mean": (nothing, "skipped as an unsupported operator, although it does what adaptive_avg_pool2d does"),
    },
    "skipped as an unsupported operator",
)  # fmt: skip

PTFLOPS = Tool(
    "ptflops", "MACs", False, "0.7.5 (backend pytorch)",
    {
        **_products(macs, SAME),
        **_offsets(per_output(), "1 for each output: the bias is counted"),
        **_all("BatchNorm InstanceNorm GroupNorm", affine(2, 1), "2 an element, 1 where no factor is learned"),
        "LayerNorm": (per_input(), "1 an element"),
        "ChannelLayerNorm": (nothing, "a subclass of LayerNorm, which is not looked for"),
        **_all("ReLU PReLU ELU GELU", spelled(per_input(2), per_input()),
               "as a module twice: by the module's hook, and by the function that the module calls; as a function once"),
        "ReLU6": (per_input(), "1 an element"),
        "LeakyReLU": (spelled(per_input(), nothing), "1 an element of the module, nothing for the function"),
        **_all("SiLU Softmax", per_input(), "1 an element, by the function that the module calls"),
        **_all(POOLS, spelled(per_input(2), per_input()),
               "as a module each input twice: by the module's hook, and by the function it calls; as a function once"),
        "interpolate": (stretched, "1 for each output"),
        "LocalResponseNorm": (neighbourhoods, "the average pool and the products and sums that it is made of"),
        "LPPool": (norms, "the average pool, the rectifier and the product that it is made of"),
        **_all("add mul", nothing, OPERATOR),
    },
    "no rule: a zero-op",
)  # fmt: skip

PTFLOPS_ATEN = Tool(
    "ptflops_aten", "MACs", False, "0.7.5 (backend aten)",
    {**_products(macs, SAME), **_offsets(per_output(), "1 for each output: the bias is counted")},
    "no rule: a zero-op",
)  # fmt: skip

THOP = Tool(
    "thop", "MACs", False, "0.1.1.post2209072238",
    {
        **_products(macs, SAME),
        "ConvTranspose": (every_output, "each output is taken to read the whole kernel: too many where the stride is above 1"),
        "matmul": (nothing, "a function: only modules are seen"),
        **_offsets(nothing, "the bias is left out"),
        **_all("BatchNorm InstanceNorm LayerNorm", affine(4, 2), "4 an element, 2 where no factor is learned"),
        "ChannelLayerNorm": (nothing, "a subclass of LayerNorm, which is not looked for"),
        "PReLU": (spelled(per_input(), nothing), "1 an element"),
        "Softmax": (spelled(softmax_rows, nothing), "3 n - 1 for each row of n"),
        "AvgPool": (spelled(per_output(), nothing), "1 for each output of the module, nothing for the function"),
        "AdaptiveAvgPool": (
            spelled(mean_of_windows, nothing),
            "inputs + outputs of the module, nothing for the function",
        ),
    },
    "no rule, or one that says 0; functions and operators are never seen",
)  # fmt: skip

TORCHINFO = Tool(
    "torchinfo", "mult-adds", False, "1.8.0",
    {
        "Conv": (macs, "weights × output positions"),
        "ConvTranspose": (every_output, "weights × output positions: too many where the stride is above 1"),
        "Linear": (linear_weights, "its weights once a sample, however many positions it works on"),
        "matmul": (nothing, "has no weights"),
        "Conv bias": (per_output(), "offsets × output positions"),
        "ConvTranspose bias": (per_output(), "offsets × output positions"),
        "Linear bias": (linear_offsets, "its offsets once a sample"),
        **_all(f"BatchNorm {NORMS} RMSNorm PReLU", parameters,
               "the number of its parameters, whatever the size of the map"),
    },
    "no parameters called weight or bias",
)  # fmt: skip

CALFLOPS_RULES: dict[str, Rule] = {
    **_products(doubled, TWO),
    "ConvTranspose": (twice_grouped, f"{TWO}; with groups they are divided out twice"),
    **_offsets(nothing, "the bias of a linear layer is left out, that of a convolution is not"),
    "Conv bias": (per_output(), "1 for each output"),
    "ConvTranspose bias": (misplaced_offsets, "1 for each output of the size that an ordinary convolution would have"),
    "BatchNorm": (affine(2, 1), "2 an element, 1 where no factor is learned"),
    **_all(NORMS, affine(5, 4), "5 an element, 4 where no factor is learned"),
    **_all("ReLU PReLU ELU LeakyReLU SiLU GELU Softmax", per_input(), "1 an element"),
    "ReLU6": (spelled(nothing, per_input()), "the module calls hardtanh, which is not watched"),
    **_all(POOLS, per_input(), "1 for each input"),
    "interpolate": (
        by_factor(per_input()),
        "where a size is given its product, channels and batch forgotten; else 1 for each input",
    ),
    "LocalResponseNorm": (neighbourhoods, "the average pool and the products and sums that it is made of"),
    "LPPool": (norms, "the average pool, the rectifier and the product that it is made of"),
    **_all("add mul", nothing, OPERATOR),
}
CALFLOPS = Tool("calflops", "FLOPs", True, "0.3.2", CALFLOPS_RULES, "not among the functions that are watched")
DEEPSPEED = Tool(
    "deepspeed", "FLOPs", True, "0.19.8",
    {
        **CALFLOPS_RULES,
        "ConvTranspose": (doubled, TWO),
        "ConvTranspose bias": (per_output(), "1 for each output"),
        "interpolate": (
            by_factor(per_output()),
            "where a size is given its product, channels and batch forgotten; else 1 for each output",
        ),
    },
    "not among the functions that are watched",
)  # fmt: skip

TORCHLENS = Tool(
    "torchlens", "FLOPs", True, "2.36.1",
    {
        **_products(doubled, TWO),
        **_offsets(per_output(), "1 for each output"),
        **_all(f"BatchNorm {NORMS} RMSNorm", per_output(5), "5 an element, as in training"),
        "FrozenBatchNorm": (frozen_steps, "2 an element and 6 a channel: what it is made of"),
        **_all("ReLU ReLU6 LeakyReLU RReLU PReLU Threshold Hardtanh", per_output(), "1 an element"),
        **_all("Softshrink Hardshrink", per_output(2), "2 an element"),
        **_all("Hardsigmoid Softsign", per_output(3), "3 an element"),
        **_all("Sigmoid Hardswish", per_output(4), "4 an element"),
        **_all("SiLU LogSigmoid Softmax", per_output(5), "5 an element"),
        **_all("Tanh LogSoftmax Softmin", per_output(6), "6 an element"),
        "Tanhshrink": (per_output(7), "7 an element"),
        **_all("Mish exp", per_output(8), "8 an element"),
        **_all("ELU CELU Softplus", per_output(9), "9 an element"),
        "SELU": (per_output(10), "10 an element"),
        "GELU": (per_output(14), "14 an element"),
        "MaxPool": (kernel_as_written, KERNEL),
        "AvgPool": (spelled(kernel_as_written, per_output()), f"{KERNEL}; as a function 1 for each output"),
        "LPPool": (norm_steps, "powers, signs, rectifier and products that it is made of, and the average pool"),
        "AdaptiveMaxPool": (per_input(2), "1 for each input, and 1 more in the function that it goes through"),
        **_all("AdaptiveAvgPool mean sum amax amin", per_input(), "1 for each input"),
        **_all("add mul sub div maximum minimum", joined, "1 for each output"),
        "LayerScale": (per_output(), "1 for each output"),
        **_all("Dropout AlphaDropout FeatureAlphaDropout", per_output(2), "2 an element, although nothing is dropped here"),
        "interpolate": (per_output(4), "4 for each output, in every mode"),
        "LocalResponseNorm": (neighbourhood_steps, "size + 6 an element: what it is made of"),
    },
    "moves data, or has no rule",
)  # fmt: skip

TOOLS = {
    tool.name: tool
    for tool in (TORCH, FVCORE, PTFLOPS, PTFLOPS_ATEN, THOP, TORCHINFO, CALFLOPS, TORCHLENS, DEEPSPEED, PAPER)
}
