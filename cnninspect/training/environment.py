"""Where and with what a run runs: what a result may depend on besides the recipe."""

from __future__ import annotations

import os
import platform

import torch

from cnninspect.values import clip


def environment(version: str, device: str, command: list[str]) -> dict[str, object]:
    """What a result may depend on besides the recipe: versions, machine, device, and the command as it was typed."""
    cuda = torch.cuda.is_available()
    return {
        "command": [clip(word, 4096) for word in command],
        "folder": os.getcwd(),
        "cnninspect": version,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "device": device,
        "device_name": torch.cuda.get_device_name(device) if device.startswith("cuda") else _processor(),
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version() if cuda else None,  # type: ignore[no-untyped-call]
        "threads": torch.get_num_threads(),
        "cores": os.cpu_count(),
    }


def _processor() -> str:
    """The name of the processor, as well as the system knows it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            lines = file.read(2**16).splitlines()
    except OSError:
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return clip(named or platform.processor() or platform.machine())
