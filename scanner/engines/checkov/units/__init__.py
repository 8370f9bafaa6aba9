"""Divides a release into what Checkov is given at once."""

from scanner.config import TerraformOptions
from scanner.core.resource import Release
from scanner.engines.checkov.interface import Unit
from scanner.engines.checkov.units.dockerfiles import dockerfile_units
from scanner.engines.checkov.units.kubernetes import kubernetes_units
from scanner.engines.checkov.units.terraform import terraform_units


def units_of(release: Release, terraform: TerraformOptions) -> list[Unit]:
    """The units of the release, in a fixed order: Terraform roots, plans, manifests, charts and overlays, Dockerfiles.

    What has no resource of ours is in none. Beside the release only the files of variables are read that the options
    name.
    """
    return [*terraform_units(release, terraform), *kubernetes_units(release), *dockerfile_units(release)]
