"""A number for a set that consists of words."""

from __future__ import annotations


def identity_of(*words: str) -> str:
    """SHA-256 of some words."""
    from hashlib import sha256

    made = sha256()
    for word in words:
        data = word.encode("utf-8", "surrogatepass")
        made.update(f"{len(data)}:".encode() + data)
    return made.hexdigest()
