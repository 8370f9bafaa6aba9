"""Which files are Terraform's: by their names, or by how a plan begins."""

import codecs
import re

from scanner.core.terraform_files import CONFIGURATION_SUFFIXES, VARIABLES_SUFFIXES

_VERSION = re.compile(rb'"format_version"\s*:\s*"')
_OF_TERRAFORM = re.compile(rb'"(?:terraform_version|planned_values|resource_changes|prior_state|root_module)"\s*:')
# Sorted by key, a configuration comes first and the version is far behind.
_SORTED = re.compile(rb'"configuration"\s*:\s*\{\s*"(?:provider_config|root_module)"\s*:')
_COMMAND = b"[command]"


def claims(path: str, head: bytes) -> bool:
    """Whether Terraform is at home in the file: configuration, values of variables, a plan or a state."""
    return path.endswith((*CONFIGURATION_SUFFIXES, *VARIABLES_SUFFIXES)) or is_plan(head)


def is_plan(head: bytes) -> bool:
    """Whether a file that begins so is the JSON of a plan or a state, whatever it is called.

    So is what a shell has made of one: UTF-16 text, or a first line with the command. Neither can be read, and both
    must not be passed over for that.
    """
    if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.decode("utf-16", errors="ignore").encode()
    if head.startswith(_COMMAND):
        head = head.partition(b"\n")[2]
    if head.lstrip()[:1] != b"{":
        return False
    return bool((_VERSION.search(head) and _OF_TERRAFORM.search(head)) or _SORTED.search(head))
