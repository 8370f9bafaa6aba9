"""How an answer is written into a file: each text once, records as columns of numbers, a checksum before it all.

One in which a check broke off is never kept, so that there is no place for that.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

from scanner.engines.checkov.interface import Answer, Record

_CHECKSUM = 32
_LARGEST = 512 << 20


def packed(answer: Answer, key: str) -> bytes:
    """The content of the file for an answer that is kept under `key`."""
    texts = _Texts()
    records = answer.records
    value = {
        "version": answer.version,
        "checks": [texts.number(each.check) for each in records],
        "results": [texts.number(each.result) for each in records],
        "paths": [texts.number(each.path) for each in records],
        "starts": [each.start for each in records],
        "ends": [each.end for each in records],
        "resources": [texts.number(each.resource) for each in records],
        "keys": texts.lists(each.keys for each in records),
        "values": texts.lists(each.values for each in records),
        "known": [[texts.number(path), texts.number(address)] for path, address in answer.resources],
        "key_lists": texts.known_lists,
        "texts": texts.known,
        "unread": list(answer.unread),
        "titles": dict(answer.titles),
    }
    content = zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 1)
    return _checksum(content, key) + content


def unpacked(content: bytes, key: str) -> Answer:
    """The answer in a file. Raises `ValueError` for one that is damaged, or was written for another key."""
    checksum, compressed = content[:_CHECKSUM], content[_CHECKSUM:]
    if checksum != _checksum(compressed, key):
        raise ValueError("this is not what was written")
    try:
        return _answer(json.loads(_decompressed(compressed)))
    except (zlib.error, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("this is no answer") from error


class _Texts:
    """Every text once, in the order in which they come up, and every list of texts."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._lists: dict[tuple[str, ...], int] = {}

    def number(self, text: str) -> int:
        return self._numbers.setdefault(text, len(self._numbers))

    def lists(self, lists: Iterable[tuple[str, ...]]) -> list[int]:
        return [self._lists.setdefault(each, len(self._lists)) for each in lists]

    @property
    def known_lists(self) -> list[list[int]]:
        return [[self.number(text) for text in each] for each in self._lists]

    @property
    def known(self) -> list[str]:
        return list(self._numbers)


def _answer(value: Any) -> Answer:
    texts: Sequence[str] = value["texts"]
    keys = [tuple(texts[number] for number in each) for each in value["key_lists"]]
    columns = (
        [texts[number] for number in value["checks"]],
        [texts[number] for number in value["results"]],
        [texts[number] for number in value["paths"]],
        value["starts"],
        value["ends"],
        [texts[number] for number in value["resources"]],
        [keys[number] for number in value["keys"]],
        [keys[number] for number in value["values"]],
    )
    if len({len(column) for column in columns}) != 1:
        raise ValueError("this is no answer")
    answer = Answer(
        version=value["version"],
        records=tuple(map(Record, *columns)),
        unread=tuple(value["unread"]),
        titles=dict(value["titles"]),
        resources=tuple((texts[path], texts[address]) for path, address in value["known"]),
    )
    names = (
        answer.version,
        *texts,
        *answer.unread,
        *answer.titles.values(),
    )
    if not all(isinstance(each, str) for each in names) or not all(
        type(each) is int for each in (*columns[3], *columns[4])
    ):
        raise ValueError("this is no answer")
    return answer


def _decompressed(content: bytes) -> bytes:
    reader = zlib.decompressobj()
    value = reader.decompress(content, _LARGEST)
    if not reader.eof:
        raise ValueError("this is no answer")
    return value


def _checksum(content: bytes, key: str) -> bytes:
    """Of the content and of what it is the answer to, so that an entry under another name is none."""
    return blake2b(content, digest_size=_CHECKSUM, key=bytes.fromhex(key)).digest()
