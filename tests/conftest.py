"""What all tests share: processes for native code, which take longer to start than most tests to run."""

from collections.abc import Iterator

import pytest

from scanner.config import OWN
from scanner.isolation import processes_kept


@pytest.fixture(autouse=True, scope="session")
def _own_engines() -> Iterator[None]:
    """Checkov takes seconds where a test takes milliseconds: it judges in the tests that are about it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RELEASEGATE_ENGINE", OWN)
        yield


@pytest.fixture(autouse=True, scope="session")
def _processes() -> Iterator[None]:
    with processes_kept():
        yield
