"""Rego as text: what its modules define and use, read by the engine's own parser in a supervised process."""

from scanner.rego_source.module import Clause, Module, Path, Problem, Reference, RegoError
from scanner.rego_source.parsing import parsed

__all__ = ["Clause", "Module", "Path", "Problem", "Reference", "RegoError", "parsed"]
