"""What is kept of answers: what they are kept under, that damage does no harm, and that the folder stays small."""

import json
import os
import random
import stat
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from scanner.engines.checkov import cache as module
from scanner.engines.checkov.cache import Cache
from scanner.engines.checkov.cached_answers import packed, unpacked
from scanner.engines.checkov.interface import Answer, Checks, Record, Unit
from scanner.engines.checkov.units.stage import staged

UNIT = Unit(
    name="the Terraform root infra",
    path="infra/main.tf",
    framework="terraform",
    files={"infra/main.tf": b'resource "a" "b" {}', "v.tfvars": b"x = 1"},
    resources=(),
    variable_files=("v.tfvars",),
)
CHECKS = Checks(("CKV_AWS_1", "CKV_AWS_2"), written=(("policies/own.yaml", "metadata: {id: OWN_1}"),))
ANSWER = Answer(
    version="3.3.30",
    records=(
        Record("CKV_AWS_1", "FAILED", "/infra/main.tf", 1, 3, "aws_s3_bucket.a[0]", ("acl", "versioning/[0]/enabled")),
        Record("CKV_AWS_1", "PASSED", "/infra/main.tf", 5, 6, 'module.a["x"].aws_s3_bucket.ä\n', ("acl",)),
        Record("CKV_AWS_2", "UNKNOWN", "/infra/größe.tf", 0, 0, "", ()),
    ),
    unread=("/infra/broken.tf",),
    titles={"OWN_1": "Own"},
)
KEY = "ab" * 32


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there"


@pytest.fixture
def cache(folder: Path) -> Cache:
    return Cache(folder, "3.3.30")


def entry(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_an_answer_comes_back_as_it_was(cache: Cache, folder: Path) -> None:
    assert cache.is_empty
    key = cache.key(UNIT, CHECKS)
    assert cache.get(key) is None
    cache.put(key, ANSWER)
    assert not Cache(folder, "3.3.30").is_empty
    assert cache.get(key) == ANSWER
    assert Cache(folder, "3.3.30").get(Cache(folder, "3.3.30").key(UNIT, CHECKS)) == ANSWER


def test_no_text_of_the_files_is_kept_and_nobody_else_can_read_it(cache: Cache, folder: Path) -> None:
    cache.put(KEY, ANSWER)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry(folder).stat().st_mode) == 0o600
    assert set(json.loads(zlib.decompress(entry(folder).read_bytes()[32:]))["texts"]) == {
        text for each in ANSWER.records for text in (each.check, each.result, each.path, each.resource, *each.keys)
    }


@pytest.mark.parametrize(
    "other",
    [
        replace(UNIT, name="the Terraform root elsewhere"),
        replace(UNIT, path="else.tf"),
        replace(UNIT, paths={"infra/main.tf": "infra/main.tofu"}),
        replace(UNIT, files=dict(sorted(UNIT.files.items(), reverse=True))),
    ],
)
def test_what_does_not_matter_is_not_in_the_key(cache: Cache, other: Unit) -> None:
    assert cache.key(other, CHECKS) == cache.key(UNIT, CHECKS)


def test_neither_is_where_checks_are_written_nor_their_order(cache: Cache, tmp_path: Path) -> None:
    moved = replace(CHECKS, ids=CHECKS.ids[::-1], written=(("/elsewhere/x.yaml", CHECKS.written[0][1]),))
    assert cache.key(UNIT, moved) == cache.key(UNIT, CHECKS)
    assert Cache(tmp_path / "other", "3.3.30").key(UNIT, CHECKS) == cache.key(UNIT, CHECKS)


@pytest.mark.parametrize(
    "other",
    [
        replace(UNIT, framework="terraform_plan"),
        replace(UNIT, files={**UNIT.files, "infra/main.tf": b'resource "a" "c" {}'}),
        replace(UNIT, files={"infra2/main.tf": UNIT.files["infra/main.tf"], "v.tfvars": b"x = 1"}),
        replace(UNIT, files={"infra/main.tf": UNIT.files["infra/main.tf"]}),
        replace(UNIT, files={"infra/main.tf": b"", 'resource "a" "b" {}v.tfvars': b"x = 1"}),
        replace(UNIT, variable_files=()),
        replace(UNIT, variable_files=("v.tfvars", "infra/main.tf")),
    ],
)
def test_every_change_of_a_unit_changes_the_key(cache: Cache, other: Unit) -> None:
    assert cache.key(other, CHECKS) != cache.key(UNIT, CHECKS)


@pytest.mark.parametrize(
    "other",
    [
        replace(CHECKS, ids=("CKV_AWS_1",)),
        replace(CHECKS, ids=("CKV_AWS_1", "CKV_AWS_2", "CKV_AWS_3")),
        replace(CHECKS, ids=("CKV_AWS_1CKV_AWS_2",)),
        replace(CHECKS, is_all=True),
        replace(CHECKS, written=()),
        replace(CHECKS, written=(("policies/own.yaml", "metadata: {id: OWN_2}"),)),
        replace(CHECKS, written=(("policies/own.json", CHECKS.written[0][1]),)),
    ],
)
def test_every_change_of_the_checks_changes_the_key(cache: Cache, other: Checks) -> None:
    assert cache.key(UNIT, other) != cache.key(UNIT, CHECKS)


def test_another_checkov_another_python_and_other_code_of_ours_change_the_key(
    cache: Cache, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {cache.key(UNIT, CHECKS), Cache(folder, "3.3.31").key(UNIT, CHECKS)}

    def with_change(change: Callable[[], None]) -> str:
        change()
        module._surroundings.cache_clear()
        return cache.key(UNIT, CHECKS)

    try:
        keys.add(with_change(lambda: monkeypatch.setattr(sys, "version_info", (3, 99, 0))))
        keys.add(with_change(lambda: monkeypatch.setattr(module, "version", lambda name: f"{name} 99")))
        (tmp_path / "worker").mkdir()
        (tmp_path / "worker" / "job.py").write_text("changed = True\n")
        keys.add(with_change(lambda: monkeypatch.setattr(module, "_PACKAGE", tmp_path)))
        (tmp_path / "worker" / "job.py").write_text("changed = 2\n")
        keys.add(with_change(lambda: None))
    finally:
        monkeypatch.undo()
        module._surroundings.cache_clear()
    assert len(keys) == 6


def test_nothing_is_kept_of_python_of_a_crash_or_without_a_folder(cache: Cache, folder: Path) -> None:
    with_python = cache.key(UNIT, replace(CHECKS, python=("/checks",)))
    cache.put(with_python, ANSWER)
    assert cache.get(with_python) is None
    cache.put(KEY, replace(ANSWER, crashed=(("CKV_AWS_1", "TypeError"),)))
    assert cache.get(KEY) is None
    assert not folder.exists()
    without = Cache(None, "3.3.30")
    without.put(without.key(UNIT, CHECKS), ANSWER)
    assert without.is_empty
    assert without.get(without.key(UNIT, CHECKS)) is None


def signed(content: bytes, key: str = KEY) -> bytes:
    return blake2b(content, digest_size=32, key=bytes.fromhex(key)).digest() + content


def forged(value: Any) -> bytes:
    return signed(zlib.compress(json.dumps(value).encode()))


def contents() -> Iterator[bytes]:
    good = packed(ANSWER, KEY)
    value = json.loads(zlib.decompress(good[32:]))
    yield b""
    yield good[:-1]
    yield good[:40]
    yield good + b"x"
    yield bytes([good[0] ^ 1]) + good[1:]
    yield good[:60] + bytes([good[60] ^ 1]) + good[61:]
    yield packed(ANSWER, "cd" * 32)
    yield signed(b"no zlib")
    yield signed(zlib.compress(b"{}")[:-2])
    yield signed(zlib.compress(b"no json"))
    yield signed(zlib.compress(b"[" * 100_000))
    yield from map(forged, ([], {}, None, 1, "x"))
    yield from (
        forged({**value, name: wrong}) for name in value for wrong in (None, 1, [[1]], [99]) if name != "version"
    )


@pytest.mark.parametrize("content", [pytest.param(each, id=str(number)) for number, each in enumerate(contents())])
def test_what_is_damaged_or_foreign_is_not_there_and_is_replaced(cache: Cache, folder: Path, content: bytes) -> None:
    cache.put(KEY, ANSWER)
    entry(folder).write_bytes(content)
    found = cache.get(KEY)
    assert found is None
    cache.put(KEY, ANSWER)
    assert cache.get(KEY) == ANSWER
    assert len([*folder.iterdir()]) == 1


def test_a_folder_that_cannot_be_used_is_like_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        cache = Cache(place, "3.3.30")
        cache.put(KEY, ANSWER)
        assert cache.is_empty
        assert cache.get(KEY) is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_read(cache: Cache, folder: Path) -> None:
    cache.put(KEY, ANSWER)
    folder.chmod(0o500)
    try:
        cache.put("cd" * 32, ANSWER)
        assert cache.get("cd" * 32) is None
        assert cache.get(KEY) == ANSWER
    finally:
        folder.chmod(0o700)


def test_an_entry_that_cannot_be_touched_or_written_does_no_harm(
    cache: Cache, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.put(KEY, ANSWER)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refuse)
    assert cache.get(KEY) == ANSWER
    monkeypatch.setattr(Path, "replace", refuse)
    cache.put("cd" * 32, ANSWER)
    assert [each.name for each in folder.iterdir()] == [f"{KEY}.answer"]


@pytest.mark.parametrize("what", ["a link", "a pipe", "of another user", "of a checkout"])
def test_only_what_this_user_has_kept_counts(
    cache: Cache, folder: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anything else may come from somebody who wants nothing to fail, or never to end."""
    key = cache.key(UNIT, CHECKS)
    cache.put(key, ANSWER)
    path = entry(folder)
    if what == "a link":
        path.rename(folder.parent / "kept")
        path.symlink_to(folder.parent / "kept")
    elif what == "a pipe":
        path.unlink()
        os.mkfifo(path, 0o600)
    elif what == "of another user":
        user = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    else:
        path.chmod(0o644)
    assert cache.get(key) is None
    cache.put(key, ANSWER)
    monkeypatch.undo()
    assert cache.get(key) == ANSWER


def age(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_what_is_not_used_for_a_month_is_removed(folder: Path) -> None:
    keys = [f"{number:064x}" for number in range(4)]
    for key, days in zip(keys, (1.0, 29.0, 31.0, 31.0), strict=True):
        Cache(folder, "3.3.30").put(key, ANSWER)
        age(folder / f"{key}.answer", days)
    assert Cache(folder, "3.3.30").get(keys[3]) == ANSWER  # which is a use
    for name, days in (("old.unfinished", 2.0), ("new.unfinished", 0.5), ("of-somebody-else", 100.0)):
        (folder / name).write_text("")
        age(folder / name, days)
    Cache(folder, "3.3.30").put(KEY, ANSWER)
    kept = [*(f"{key}.answer" for key in (keys[0], keys[1], keys[3], KEY)), "new.unfinished", "of-somebody-else"]
    assert sorted(each.name for each in folder.iterdir()) == sorted(kept)


def test_the_least_recently_used_makes_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [f"{number:064x}" for number in range(5)]
    for days, key in enumerate(keys, 1):
        Cache(folder, "3.3.30").put(key, ANSWER)
        age(folder / f"{key}.answer", days)
    monkeypatch.setattr(module, "_LARGEST", 3 * len(packed(ANSWER, KEY)))
    Cache(folder, "3.3.30").put(KEY, ANSWER)
    assert sorted(each.name for each in folder.iterdir()) == sorted(f"{key}.answer" for key in (*keys[:3], KEY))


def test_several_may_use_one_folder_at_once(folder: Path) -> None:
    keys = [f"{number:064x}" for number in range(3)]
    wrong: list[Any] = []

    def work(seed: int) -> None:
        order = random.Random(seed)  # noqa: S311 - an order, no secret
        for _ in range(60):
            key = order.choice(keys)
            Cache(folder, "3.3.30").put(key, ANSWER)
            found = Cache(folder, "3.3.30").get(key)
            if found != ANSWER:
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []
    assert sorted(each.name for each in folder.iterdir()) == [f"{key}.answer" for key in keys]


def test_an_entry_is_much_smaller_than_what_it_says() -> None:
    records = tuple(
        Record(f"CKV_K8S_{check}", "PASSED", f"/app-{number}.yaml", 1, 40, f"Pod.default.app-{number}", ("spec/image",))
        for check in range(20)
        for number in range(500)
    )
    answer = Answer("3.3.30", records)
    content = packed(answer, KEY)
    assert unpacked(content, KEY) == answer
    assert len(content) < 100_000


def test_what_is_staged_is_what_the_key_is_made_of(cache: Cache) -> None:
    with staged(UNIT) as one:
        files = {each.relative_to(one).as_posix(): each.read_bytes() for each in one.rglob("*") if each.is_file()}
    assert cache.key(replace(UNIT, files=files), CHECKS) == cache.key(UNIT, CHECKS)
