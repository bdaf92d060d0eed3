"""How much memory a device has left, and whether a failure means that it had not enough."""

from __future__ import annotations

import torch


def available(device: torch.device) -> int | None:
    """The bytes that can still be had, None where nobody tells."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free)
    if device.type != "cpu":
        return None
    found = [bytes_ for bytes_ in (_machine(), _group(), _process()) if bytes_ is not None]
    return min(found, default=None)


def _machine() -> int | None:
    """What the kernel says is there for new work."""
    try:
        with open("/proc/meminfo", encoding="ascii") as file:
            return next((int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:")), None)
    except (OSError, ValueError):
        return None


def _group() -> int | None:
    """What is left of a container's limit."""
    try:
        with (
            open("/sys/fs/cgroup/memory.max", encoding="ascii") as most,
            open("/sys/fs/cgroup/memory.current", encoding="ascii") as now,
        ):
            return max(int(most.read()) - int(now.read()), 0)
    except (OSError, ValueError):  # no such limit, or "max"
        return None


def _process() -> int | None:
    """What is left of the address space that the process may have."""
    try:
        import resource

        most, _ = resource.getrlimit(resource.RLIMIT_AS)
        if most == resource.RLIM_INFINITY:
            return None
        with open("/proc/self/statm", encoding="ascii") as file:
            return max(most - int(file.read().split()[0]) * resource.getpagesize(), 0)
    except (ImportError, OSError, ValueError):
        return None


def out_of_memory(error: BaseException | None) -> bool:
    """Whether a failure, or what caused it, is the device's having not enough memory."""
    while error is not None:
        words = str(error)
        if isinstance(error, (MemoryError, torch.cuda.OutOfMemoryError)) or "can't allocate memory" in words:
            return True
        if isinstance(error, RuntimeError) and ("not enough memory" in words or "out of memory" in words):
            return True
        error = error.__cause__
    return False


UNITS = {"bytes": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}


def asked(error: BaseException | None) -> int | None:
    """The bytes that could not be had, as torch tells it (on a GPU in rounded units); None where it does not."""
    while error is not None:
        words = str(error).partition("ried to allocate ")[2].split()[:2]
        if len(words) == 2 and (unit := words[1].rstrip(".")) in UNITS:  # noqa: PLR2004 - a number and its unit
            try:
                return round(float(words[0]) * UNITS[unit])
            except ValueError:
                return None
        error = error.__cause__
    return None
