"""What all tests share: processes for native code, which take longer to start than most tests to run."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from scanner.config import OWN, Config
from scanner.isolation import processes_kept


@pytest.fixture(autouse=True, scope="session")
def _own_engines() -> Iterator[None]:
    """Checkov takes seconds where a test takes milliseconds: it judges where a test chooses its engines."""
    runs = Config.runs

    def runs_own(config: Config, engine: str) -> bool:
        return runs(config if config.engines else replace(config, engines=(OWN,)), engine)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RELEASEGATE_ENGINE", OWN)  # for processes of their own
        patch.setattr(Config, "runs", runs_own)
        yield


@pytest.fixture(autouse=True, scope="session")
def _processes() -> Iterator[None]:
    with processes_kept():
        yield
