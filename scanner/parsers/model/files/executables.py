"""Programs for an operating system, told by their first bytes."""

_ELF = b"\x7fELF"
# A Java class begins like a Mach-O file for several processors, with its version where that has their number.
_MACHO = (b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
_MACHO_FAT = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")
_MOST_PROCESSORS = 20
# One file that runs on many systems, as llamafile makes them of weights.
_APE = (b"MZqFpD='", b"jartsr='", b"APEDBG='")


def executable_kind(head: bytes) -> str | None:
    """`elf`, `pe`, `macho`, `ape` or `wasm`, None for what is no program. `head` holds the first bytes of the file."""
    if head.startswith(_APE):
        return "ape"
    if head.startswith(_ELF) and head[4:5] in (b"\x01", b"\x02"):
        return "elf"
    if head.startswith(_MACHO):
        return "macho"
    if head.startswith(_MACHO_FAT) and 0 < int.from_bytes(head[4:8], "big") <= _MOST_PROCESSORS:
        return "macho"
    if head.startswith(b"MZ"):
        at = int.from_bytes(head[0x3C:0x40], "little")
        return "pe" if head[at : at + 4] == b"PE\0\0" else None
    return "wasm" if head.startswith(b"\0asm\x01\0\0\0") else None
