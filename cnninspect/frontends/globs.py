"""Patterns of paths: ``*`` and ``?`` stay within a folder, ``**`` goes through any number of them.

A pattern without a slash is one of names: it means files of that name in every folder, as ``.gitignore`` has it.
A pattern that ends in a slash, or names a folder, means everything below. No pattern takes more than the product of
its length and the path's.
"""

from __future__ import annotations

MAGIC = "*?["


def is_pattern(text: str) -> bool:
    """Whether a text has any sign that stands for others."""
    return any(sign in text for sign in MAGIC)


def fixed_part(pattern: str) -> str:
    """The folder in which everything lies that a pattern can mean; empty for the current one."""
    parts = pattern.split("/")
    fixed = []
    for part in parts[:-1]:
        if is_pattern(part):
            break
        fixed.append(part)
    return "/".join(fixed) or ("/" if pattern.startswith("/") else "")


def matches(pattern: str, path: str) -> bool:
    """Whether a path, its folders parted by ``/``, or a folder above it is what the pattern means."""
    wanted = _parts(pattern)
    if "/" not in pattern.rstrip("/"):
        wanted.insert(0, "**")
    return bool(pattern) and any(_ends(wanted, _parts(path)) - {0})


def exactly(pattern: str, path: str) -> bool:
    """Whether the whole path is what the pattern means, from its first folder to its name."""
    folders = _parts(path)
    return len(folders) in _ends(_parts(pattern), folders)


def meaningless(pattern: str) -> tuple[str, str] | None:
    """Why a pattern means no file that anybody has, and what to write instead; None where it may mean one."""
    said = f"the pattern '{pattern}' means no file"
    if pattern.startswith("!"):
        return said, "a pattern takes nothing back: write what is meant"
    if "\\" in pattern:
        plain = "/".join(filter(None, pattern.split("\\")))
        return said, f"folders are parted by '/': write {plain}"
    return None


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part not in ("", ".")]


def _ends(wanted: list[str], folders: list[str]) -> set[int]:
    """How many of the names a list of patterns may cover, from the first one on."""
    reached = {0}
    for part in wanted:
        if part == "**":
            reached = set(range(min(reached, default=len(folders) + 1), len(folders) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(folders) and name_matches(part, folders[at])}
    return reached


def name_matches(pattern: str, name: str) -> bool:
    """Whether one name without slashes is what a pattern without slashes means."""
    reached = {0}
    for sign in _signs(pattern):
        if sign == "*":
            reached = set(range(min(reached), len(name) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(name) and _is(sign, name[at])}
        if not reached:
            return False
    return len(name) in reached


def _signs(pattern: str) -> list[str]:
    """A pattern sign by sign; a set in brackets is one sign, a bracket that is never closed means itself."""
    signs = []
    at = 0
    while at < len(pattern):
        end = pattern.find("]", at + 2 + (pattern[at + 1 : at + 2] in ("!", "^"))) if pattern[at] == "[" else -1
        end = at + 1 if end < 0 else end + 1
        signs.append(pattern[at:end])
        at = end
    return signs


def _is(sign: str, character: str) -> bool:
    if len(sign) == 1:
        return sign in ("?", character)
    inside = sign[1:-1]
    negated = inside[0] in "!^"
    inside = inside[1:] if negated else inside
    found = False
    at = 0
    while at < len(inside):
        if inside[at + 1 : at + 2] == "-" and at + 2 < len(inside):
            found = found or inside[at] <= character <= inside[at + 2]
            at += 3
        else:
            found = found or inside[at] == character
            at += 1
    return found is not negated
