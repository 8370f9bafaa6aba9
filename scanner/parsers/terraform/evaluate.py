"""Runs Terraform's evaluator over one root; called in a worker process (see `scanner/isolation.py`), never elsewhere.

The evaluator is native code that can abort the process or never come back.
"""

import os
import stat
from typing import Any

import tfparse


def evaluate(job: dict[str, Any]) -> Any:
    """The blocks of the root in the directory `root`, with the variables in the files `variables` (relative to it).

    Raises `ValueError` with file, line and column for configuration that is not valid.
    """
    try:
        return tfparse.load_from_path(job["root"], stop_on_hcl_error=True, vars_paths=job["variables"])
    except tfparse.ParseError as error:
        raise ValueError(str(error)) from None
    finally:
        _forget_log()


def _forget_log() -> None:
    """Drop what the evaluator has logged, so that the words of a later crash are its own."""
    if stat.S_ISREG(os.fstat(2).st_mode):
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)
