"""Makes a process fit for Checkov before its first import: it calls nobody, starts nothing, and says nothing."""

import importlib.abc
import importlib.machinery
import io
import logging
import os
import sys
import tempfile
import types
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

_NOWHERE = f"{os.devnull}/none"

# Checkov reads most of it once, when it is imported. The defaults stand here too, where something could change them.
_ENVIRONMENT = {
    "BC_SKIP_MAPPING": "true",
    "CHECKOV_EXPERIMENTAL_TERRAFORM_MANAGED_MODULES": "true",  # reads `.terraform/modules/modules.json` of the folder
    "CHECKOV_PARALLELIZATION_TYPE": "none",  # else it forks
    "CHECKOV_RENDER_MAX_LEN": "10000",
    "CHECKOV_WORKERS_NUMBER": "1",
    "CKV_CACHE_DIR": _NOWHERE,
    "CKV_IGNORED_DIRECTORIES": ".terraform",  # its modules are read where they are called, and are no roots themselves
    "CKV_IGNORE_HIDDEN_DIRECTORIES": "false",  # whoever filled the folder has chosen already
    "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
    "HCL_PARSE_TIMEOUT_SEC": "86400",  # how busy the machine is must not decide; the worker has a limit of its own
    "HOME": _NOWHERE,
    "LOG_LEVEL": "CRITICAL",
}

# What Checkov imports for its traffic with the world, and for nothing else as it is used here.
_ABSENT = frozenset(
    ("aiohttp", "aiomultiprocess", "boto3", "botocore", "docker", "git", "requests", "s3transfer", "urllib3")
)


def get_quiet() -> None:
    """Prepare the process; Checkov may be imported afterwards, and not before."""
    os.environ.update(_ENVIRONMENT)
    tempfile.tempdir = _NOWHERE  # else Python looks for a folder by writing to several
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    if not any(isinstance(each, _Absent) for each in sys.meta_path):
        sys.meta_path.insert(0, _Absent())


@contextmanager
def silence() -> Iterator[None]:
    """Within it Python's own output is lost: no check has anything to say that way."""
    with Nowhere() as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        yield


class Nowhere(io.TextIOBase):
    """Text that is written to it is gone."""

    def write(self, text: str, /) -> int:
        """Keep nothing."""
        return len(text)


class _NeverType(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Never


class _Never(Exception, metaclass=_NeverType):  # noqa: N818 - stands for whatever a module has, exceptions among it
    """Whatever is taken from a module that is not there: it can be named, inherited from and made."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__()

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(f"{name} is not there: this process has no network")


class _Module(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Never


class _Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules that only talk to the world, with nothing in them; that saves a third of the start as well."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A module for one of the names and what lies below it, none for the rest."""
        del path, target
        if fullname.partition(".")[0] not in _ABSENT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """The empty module."""
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""
