"""Terraform: every root with the modules it calls, as resources with their values, lines and references."""

from scanner.parsers.interface import Parser
from scanner.parsers.terraform.directories import CONFIGURATION_SUFFIXES, VARIABLES_SUFFIXES
from scanner.parsers.terraform.plan.documents import is_plan
from scanner.parsers.terraform.roots import parse_terraform

__all__ = ["TERRAFORM"]


def _claims(path: str, head: bytes) -> bool:
    return path.endswith((*CONFIGURATION_SUFFIXES, *VARIABLES_SUFFIXES)) or is_plan(head)


TERRAFORM = Parser(format="terraform", claims=_claims, parse=parse_terraform)
