"""Which files Terraform and OpenTofu read, and in which order those with values of variables count."""

from posixpath import basename

CONFIGURATION_SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")
VARIABLES_SUFFIXES = (".tfvars", ".tfvars.json")

_ALWAYS_LOADED = {"terraform.tfvars": 0, "terraform.tfvars.json": 1}
_LOADED = (".auto.tfvars", ".auto.tfvars.json")


def is_configuration(path: str) -> bool:
    """Whether Terraform reads blocks from the file at `path`; hidden files and editors' backups it leaves alone."""
    name = basename(path)
    return name.endswith(CONFIGURATION_SUFFIXES) and not name.startswith((".", "#"))


def is_loaded(path: str) -> bool:
    """Whether Terraform takes values of variables from the file at `path` without being told to."""
    name = basename(path)
    return name in _ALWAYS_LOADED or name.endswith(_LOADED)


def loading_order(path: str) -> tuple[int, str]:
    """The key that sorts the loaded files of one folder: a later one overrides those before it."""
    name = basename(path)
    return _ALWAYS_LOADED.get(name, len(_ALWAYS_LOADED)), name
