"""Being told to end is a way out like any other: what a scan has started and made is gone afterwards."""

import signal

import pytest

from tests import command


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_to_be_ended_unwinds(number: signal.Signals) -> None:
    before = signal.signal(number, signal.SIG_DFL)
    try:
        command.run("--version")
        with pytest.raises(SystemExit) as end:
            signal.raise_signal(number)
        assert end.value.code == 128 + number
    finally:
        signal.signal(number, before)


def test_what_somebody_has_had_ignored_stays_so() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        command.run("--version")
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
