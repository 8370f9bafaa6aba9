"""What one scan is asked to do: `releasegate.yaml` and the command line's options in one frozen `Config`."""

from scanner.config.building import build
from scanner.config.errors import UsageError, severity
from scanner.config.files import FILE_NAME, Found, find_files, read_file
from scanner.config.options import (
    ENGINES,
    OWN,
    CheckovOptions,
    Config,
    ConftestOptions,
    DockerfileOptions,
    Folder,
    Identity,
    KubernetesOptions,
    ModelOptions,
    RegoOptions,
    TerraformFolder,
    TerraformOptions,
    nearest,
)

__all__ = [
    "ENGINES",
    "FILE_NAME",
    "OWN",
    "CheckovOptions",
    "Config",
    "ConftestOptions",
    "DockerfileOptions",
    "Folder",
    "Found",
    "Identity",
    "KubernetesOptions",
    "ModelOptions",
    "RegoOptions",
    "TerraformFolder",
    "TerraformOptions",
    "UsageError",
    "build",
    "find_files",
    "nearest",
    "read_file",
    "severity",
]
