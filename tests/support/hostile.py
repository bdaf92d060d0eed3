"""Texts that are made to keep a reader busy, with the codes of what is to be found in each."""

from __future__ import annotations


def bomb(width: int, levels: int, line: str) -> str:
    """Levels of anchors, each of ``width`` aliases of the one before."""
    refs = [", ".join([f"*a{level}"] * width) for level in range(levels)]
    return "- &a0 {x: 1}\n" + "".join(f"- &a{level + 1} {line.format(refs[level])}\n" for level in range(levels))


SIZE = 2**24
HOSTILE = {
    "brackets": ("[" * SIZE, ["nesting-too-deep"]),
    "unclosed": ("[\n" * 900_000, ["nesting-too-deep"]),
    "dashes": ("- " * (SIZE // 2), ["nesting-too-deep"]),
    "braces": ("{a: " * (SIZE // 4), ["nesting-too-deep"]),
    "colons": (": " * (SIZE // 2), ["yaml-syntax"]),
    "mappings": ("a: b: c\n" * 100_000, ["yaml-syntax"]),
    "questions": ("? " * (SIZE // 2), [*["bad-key"] * 99, "nesting-too-deep"]),
    "quotes": ("'" * 200_001, ["yaml-syntax"]),
    "quoted lines": ("- 'x\n" * 200_001, ["yaml-syntax"]),
    "opened quotes": ("- ['x\n" * 200_001, ["yaml-syntax"]),
    "aliases": (bomb(10, 30, "[{}]"), ["alias-bomb"]),
    "merges": (bomb(10, 30, "{{<<: [{}]}}"), ["alias-bomb"]),
    "cycle": ("&a [*a, *a]", ["alias-cycle"] * 2),
    "long key": ("k" * 2**20 + ": 1", ["yaml-syntax"]),
    "long scalar": ("a: " + "x" * 10_000_000, []),
    "long number": ("a: " + "1" * 10_000_000, []),
    "long words": ("a: " + "x y " * 2_500_000, []),
    "long block": ("a: |\n" + "  line of text\n" * 600_000, []),
    "long quoted": ('a: "' + "\\x41" * 2_000_000 + '"', []),
    "duplicates": ("{" + "a," * 8_000_000 + "}", ["duplicate-key"] * 100),
    "unknown anchors": ("[" + "*a," * 5_000_000 + "]", ["unknown-anchor"] * 100),
    "tags": ("- !!int x\n" * 900_000, ["yaml-tag"] * 100),
    "documents": ("---\n" * 900_000, ["several-documents"]),
    "directives": ("%a\n" * 900_000, ["yaml-syntax"]),
    "comments": ("#\n" * 900_000, ["empty-file"]),
    "blank lines": ("\n" * 900_000 + "a: [", ["yaml-syntax"]),
    "stars": ("*" * SIZE, ["yaml-syntax"]),
}
