"""Terraform: every root with the modules it calls, as resources with their values, lines and references."""

from collections.abc import Sequence

from scanner.core.resource import Parsed, SourceFile
from scanner.parsers.interface import ParseContext, Parser
from scanner.parsers.terraform.recognition import claims

__all__ = ["TERRAFORM"]


def _parse(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    from scanner.parsers.terraform.roots import parse_terraform  # noqa: PLC0415 - only where there is Terraform

    return parse_terraform(files, context)


TERRAFORM = Parser(format="terraform", claims=claims, parse=_parse)
