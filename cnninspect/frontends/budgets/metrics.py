"""The figures that a budget can limit, and what each limit may be said to hold for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnninspect.records import Record

if TYPE_CHECKING:
    from cnninspect.values import Span

COUNT, BYTES, PIXELS, TIME = "count", "bytes", "pixels", "time"
"""What a figure is measured in; a time is counted in picoseconds, so that every figure is a whole number."""
DTYPES = ("float64", "float32", "float16", "bfloat16", "float8", "int8")
OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")


class Metric(Record):
    """A figure of a network that a budget can limit."""

    unit: str
    means: str
    """What it is, in a few words: for help and for the schema."""
    conditions: tuple[str, ...] = ()
    """What it depends on besides the network: batch, dtype, optimizer, device."""
    parts: bool = True
    """Whether a part of a network has it too."""


class Budget(Record):
    """One limit; both ends are allowed, None is no end."""

    metric: str
    part: str
    """A scope or a block; empty for the whole network."""
    low: int | None
    high: int | None
    text: str
    """The limit as it was written, such as ``<= 5M``."""
    span: Span
    batch: int = 1
    dtype: str = "float32"
    optimizer: str = "sgd"
    device: str | None = None
    part_span: Span | None = None
    """Where the part is named."""
    inherited: bool = False
    """Whether it stands in a file that the network's own extends."""

    @property
    def title(self) -> str:
        """What is asked, in one line: ``stage4.parameters <= 5M``."""
        name = f"{self.part}.{self.metric}" if self.part else self.metric
        return f"{name} {self.text}"


METRICS: dict[str, Metric] = {
    "parameters": Metric(COUNT, "learned tensors, a shared one once"),
    "trainable": Metric(COUNT, "parameters that are not frozen"),
    "buffers": Metric(COUNT, "running statistics and counters"),
    "layers": Metric(COUNT, "layers of any type"),
    "weight_layers": Metric(COUNT, "layers that multiply by weights"),
    "macs": Metric(
        COUNT, "multiply-accumulates of convolutions, linear layers and matmul, bias not counted", ("batch",)
    ),
    "flops": Metric(COUNT, "twice the MACs plus one for each other operation", ("batch",)),
    "receptive_field": Metric(
        PIXELS, "the largest field of a unit on the first input, before a whole map is read at once"
    ),
    "weight_bytes": Metric(BYTES, "bytes of the parameters", ("dtype",)),
    "activation_bytes": Metric(BYTES, "bytes of all outputs together", ("batch", "dtype")),
    "peak_activation_bytes": Metric(BYTES, "the most bytes alive at once at inference", ("batch", "dtype")),
    "saved_activation_bytes": Metric(BYTES, "what training keeps for backward", ("batch", "dtype")),
    "inference_bytes": Metric(BYTES, "weights, buffers and the peak of activations", ("batch", "dtype"), parts=False),
    "training_bytes": Metric(
        BYTES,
        "weights, buffers, gradients, optimizer state and what backward keeps",
        ("batch", "dtype", "optimizer"),
        parts=False,
    ),
    "latency_estimate": Metric(TIME, "the least time that a device needs", ("batch", "dtype", "device")),
}
"""Every figure that can be limited, in the order in which they are told."""

AT_LEAST = ("receptive_field",)
"""Figures that people want large: a bare number would be read in two ways."""

MEANT = {
    "params": "parameters",
    "param": "parameters",
    "total_params": "parameters",
    "num_parameters": "parameters",
    "trainable_params": "trainable",
    "trainable_parameters": "trainable",
    "mac": "macs",
    "madds": "macs",
    "mult_adds": "macs",
    "gmacs": "macs",
    "flop": "flops",
    "gflops": "flops",
    "mflops": "flops",
    "rf": "receptive_field",
    "receptive_field_size": "receptive_field",
    "size": "weight_bytes",
    "model_size": "weight_bytes",
    "weights": "weight_bytes",
    "file_size": "weight_bytes",
    "bytes": "weight_bytes",
    "memory": "peak_activation_bytes",
    "activations": "peak_activation_bytes",
    "peak_memory": "peak_activation_bytes",
    "training_memory": "training_bytes",
    "inference_memory": "inference_bytes",
    "latency": "latency_estimate",
    "time": "latency_estimate",
    "depth": "weight_layers",
}
"""Metrics as other tools call them."""
