"""Has HashiCorp's own parser look at the files of one directory; called in a worker process, never elsewhere.

`tfparse` holds that parser, and with it an evaluator that aborts the process or never comes back for some input. One
more file, which ends the work with an error of its own once all others are parsed, keeps the evaluator from starting.
"""

import os
import re
import stat
from pathlib import Path
from typing import Any

import tfparse

# After every other name, so that its error is the last to be found.
_LAST = "~.tf"
_ERROR = re.compile(
    r"^unable to create TerraformConverter: (?P<file>.+?):(?P<line>\d+),(?P<column>\d+)-[\d,]+: (?P<message>.*)$",
    re.DOTALL,
)
_OTHERS = re.compile(r", and \d+ other diagnostic\(s\)$")


def check(job: dict[str, Any]) -> Any:
    """The first thing that is wrong with each of the `texts`, by name: line, column and what it is.

    `folder` is an empty folder to work in. Raises `ValueError` where the parser's answer means nothing.
    """
    folder = Path(job["folder"])
    for name, text in job["texts"].items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    (folder / _LAST).write_text("last {}\n", encoding="utf-8")
    wrong: dict[str, Any] = {}
    while True:
        found = None
        try:
            tfparse.load_from_path(str(folder), stop_on_hcl_error=True)
        except tfparse.ParseError as error:
            found = _ERROR.match(str(error))
        finally:
            _forget_log()
        if found is None or found["file"] in wrong:
            raise ValueError("Terraform's parser says nothing that could be understood")
        if found["file"] == _LAST:
            return wrong
        message = " ".join(_OTHERS.sub("", found["message"]).split()).rstrip(".")
        wrong[found["file"]] = [int(found["line"]), int(found["column"]), message]
        (folder / found["file"]).unlink()


def _forget_log() -> None:
    """Drop what the parser has logged, so that the words of a later crash are its own."""
    if stat.S_ISREG(os.fstat(2).st_mode):
        os.ftruncate(2, 0)
        os.lseek(2, 0, os.SEEK_SET)
