"""Scans what a change starts from as well as what it leads to: only what is new between the two blocks."""

from scanner.comparison.difference import run

__all__ = ["run"]
