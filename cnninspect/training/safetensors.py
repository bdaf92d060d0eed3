"""Weights as safetensors: eight bytes of length, a header of JSON, then the elements.

Definition: https://huggingface.co/docs/safetensors.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import torch

from cnninspect.training.durable import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from cnninspect.training.durable import Hashed

DTYPES = {
    "float64": "F64", "float32": "F32", "float16": "F16", "bfloat16": "BF16", "complex64": "C64",
    "float8_e4m3fn": "F8_E4M3", "float8_e5m2": "F8_E5M2", "float8_e8m0fnu": "F8_E8M0",
    "int64": "I64", "int32": "I32", "int16": "I16", "int8": "I8",
    "uint64": "U64", "uint32": "U32", "uint16": "U16", "uint8": "U8", "bool": "BOOL",
}  # fmt: skip
ALIGNED = 8
"""The elements begin at a multiple of this many bytes of the file."""


def write(path: str, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write tensors by name, those of large elements first as the format wants it for alignment; raises OSError.

    The format holds no views: shared weights are written under each of their names.
    """
    names = sorted(tensors, key=lambda name: (-tensors[name].element_size(), name))
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    end = 0
    for name in names:
        tensor = tensors[name]
        size = tensor.numel() * tensor.element_size()
        dtype = DTYPES[str(tensor.dtype).removeprefix("torch.")]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [end, end + size]}
        end += size
    head = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    head += b" " * (-len(head) % ALIGNED)

    def fill(out: Hashed) -> None:
        out.write(len(head).to_bytes(8, "little"))
        out.write(head)
        for name in names:
            out.write(_bytes(tensors[name]))

    replace(path, fill)


def _bytes(tensor: Tensor) -> bytes | memoryview:
    """The elements, last axis first, in the order of bytes of this machine, which is little-endian wherever torch is."""
    if not tensor.numel():
        return b""
    flat = tensor.detach().to("cpu").contiguous().reshape(-1).view(torch.uint8)
    return bytes(flat.tolist()) if flat.numel() < 64 else _buffer(flat)  # noqa: PLR2004 - numpy is not needed for few


def _buffer(flat: Tensor) -> bytes | memoryview:
    """The memory of a tensor of bytes, without numpy, which torch may lack."""
    import ctypes

    return memoryview((ctypes.c_uint8 * flat.numel()).from_address(flat.data_ptr())).cast("B")
