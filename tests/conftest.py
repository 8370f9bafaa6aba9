"""What all tests share: processes for native code, which take longer to start than most tests to run."""

from collections.abc import Iterator

import pytest

from scanner.isolation import processes_kept


@pytest.fixture(autouse=True, scope="session")
def _processes() -> Iterator[None]:
    with processes_kept():
        yield
