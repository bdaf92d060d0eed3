"""The list of members of a zip file, read by its own arithmetic: nothing is unpacked that was not asked for.

Definition: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
"""

from __future__ import annotations

from struct import unpack_from
from typing import TYPE_CHECKING

from cnninspect.frontends.checkpoints.files import broken, shown
from cnninspect.frontends.checkpoints.stored import Region
from cnninspect.records import Record
from cnninspect.values import Problem, clip

if TYPE_CHECKING:
    from cnninspect.frontends.checkpoints.files import File

LARGEST_LIST = 16 * 2**20
MOST_MEMBERS = 60_000
TAIL = 22 + 65_535
"""The end record with the longest comment."""
FULL = 0xFFFFFFFF
STORED, DEFLATED = 0, 8


class Member(Record):
    """A file in a zip file."""

    name: str
    flags: int
    method: int
    packed: int
    size: int
    header: int
    """Where its own header stands."""


class Archive:
    """The members of a zip file by name."""

    def __init__(self, file: File) -> None:
        self.file = file
        size, offset, count = _end(file)
        if size > LARGEST_LIST or count > MOST_MEMBERS:
            message = f"'{shown(file.path)}' has {count:,} members listed in {size:,} bytes; that is more than is read"
            raise Problem("file-too-large", message, help="is this the right file?")
        data = file.read(offset, size, "the list of its members")
        self.members: dict[str, Member] = {}
        at = 0
        for _ in range(count):
            member, at = self._member(data, at)
            if member.name in self.members:
                raise broken(file, f"it has '{clip(member.name)}' twice", "write the file anew")
            self.members[member.name] = member

    def _member(self, data: bytes, at: int) -> tuple[Member, int]:
        if data[at : at + 4] != b"PK\x01\x02" or at + 46 > len(data):
            raise broken(self.file, "the list of its members is cut off")
        flags, method, _, _, _, packed, size, named, extra, comment = unpack_from("<HHHHIIIHHH", data, at + 8)
        (header,) = unpack_from("<I", data, at + 42)
        end = at + 46 + named + extra + comment
        if end > len(data):
            raise broken(self.file, "the list of its members is cut off")
        name = data[at + 46 : at + 46 + named].decode("utf-8", "replace")
        wide = _wide(data[at + 46 + named : at + 46 + named + extra])
        numbers = []
        for number in (size, packed, header):
            if number == FULL:
                if len(wide) < 8:  # noqa: PLR2004
                    raise broken(self.file, f"the size of '{clip(name)}' is missing")
                number, wide = int.from_bytes(wide[:8], "little"), wide[8:]  # noqa: PLW2901
            numbers.append(number)
        size, packed, header = numbers
        if header + packed > self.file.size:
            raise broken(
                self.file, f"'{clip(name)}' ends behind byte {header + packed:,}, and the file has {self.file.size:,}"
            )
        return Member(name, flags, method, packed, size, header), end

    def region(self, member: Member) -> Region:
        """Where the bytes of a member lie."""
        head = self.file.read(member.header, 30, f"'{clip(member.name)}'")
        if head[:4] != b"PK\x03\x04":
            raise broken(self.file, f"'{clip(member.name)}' does not begin at byte {member.header:,}")
        if member.flags & 1 or member.method not in (STORED, DEFLATED):
            raise broken(
                self.file,
                f"'{clip(member.name)}' is encrypted or packed in a way that is not known",
                "write it without",
            )
        named, extra = unpack_from("<HH", head, 26)
        offset = member.header + 30 + named + extra
        if offset + member.packed > self.file.size:
            raise broken(
                self.file,
                f"'{clip(member.name)}' ends at byte {offset + member.packed:,}, and the file has {self.file.size:,}",
            )
        if member.method == STORED:
            if member.packed != member.size:
                raise broken(self.file, f"'{clip(member.name)}' has two sizes, {member.packed:,} and {member.size:,}")
            return Region(self.file.path, offset, member.size)
        return Region(self.file.path, offset, member.size, member.packed)

    def read(self, member: Member, most: int, *, part: bool = False) -> bytes:
        """The bytes of a member: all of them, which may be ``most``, or where ``part`` is enough the first ones."""
        region = self.region(member)
        if member.size > most and not part:
            message = f"'{clip(member.name)}' in '{shown(self.file.path)}' has {member.size:,} bytes; at most {most:,} are read"
            raise Problem("file-too-large", message, help="is this the right file?")
        what = f"'{clip(member.name)}'"
        if region.packed is None:
            return self.file.read(region.offset, min(region.size, most), what)
        import zlib

        packed = self.file.read(region.offset, min(region.packed, most), what)
        try:
            return zlib.decompressobj(-15).decompress(packed, most)
        except zlib.error:
            raise broken(self.file, f"{what} cannot be unpacked") from None


def _wide(extra: bytes) -> bytes:
    """The long sizes that stand in the extra field of a member."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = unpack_from("<HH", extra, at)
        if kind == 1:
            return extra[at + 4 : at + 4 + size]
        at += 4 + size
    return b""


def _end(file: File) -> tuple[int, int, int]:
    """Size, place and length of the list of members."""
    tail = file.read(max(file.size - TAIL, 0), min(file.size, TAIL), "its end")
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        raise broken(file, "a zip file ends with a list of its members, and this one does not")
    count, size, offset = unpack_from("<HII", tail, at + 10)
    if FULL in (size, offset) or count == 0xFFFF:  # noqa: PLR2004
        if tail[at - 20 : at - 16] != b"PK\x06\x07" or at < 20:  # noqa: PLR2004
            raise broken(file, "its end record is incomplete")
        (place,) = unpack_from("<Q", tail, at - 12)
        record = file.read(place, 56, "its end record")
        if record[:4] != b"PK\x06\x06":
            raise broken(file, "its end record is not where it should be")
        count, size, offset = unpack_from("<QQQ", record, 32)
    return size, offset, count
