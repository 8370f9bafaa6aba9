"""Makes `policies/schemas/inputs/*.json.gz` again: `python -m tests.input_schemas FOLDER`.

FOLDER holds what was fetched before, each with its version behind `@`:

- `npm/<provider>@<version of the provider>/`: the package `@cdktf/provider-<provider>`, unpacked (`npm pack`);
- `terraform/<provider>@<version>.json`: what `terraform providers schema -json` says;
- `client-go@<version>/`: the Go module `k8s.io/client-go` (`go mod download`);
- `crds/<project>@<version>/`: YAML files with CustomResourceDefinitions.

Several versions of a provider count together, because a release may be written for any of them. Only names and types
of attributes are taken over.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from scanner.bundled import bundled_path
from tests.input_schemas import cdktf, kubernetes, terraform
from tests.input_schemas.additions import of_kubernetes, of_terraform
from tests.input_schemas.documents import document, packed
from tests.input_schemas.trees import Block, Shape, merged


def main(folder: Path) -> Iterator[str]:
    """Write the schemas, and say what each holds and how large it is."""
    for provider in ("aws", "azurerm", "google"):
        found: dict[str, Shape] = {}
        versions: list[str] = []
        for version, types in _terraform(folder, provider):
            versions.append(version)
            for name, shape in types.items():
                found[name] = merged(found[name], shape) if name in found else shape
        sources = {f"the provider hashicorp/{provider}": " and ".join(versions)}
        yield _written(f"terraform-{provider}", of_terraform(provider, found), sources)
    (client_go,) = folder.glob("client-go@*")
    core = of_kubernetes(kubernetes.core_types(client_go))
    yield _written("kubernetes", core, {"k8s.io/client-go": client_go.name.partition("@")[2]})
    pod = core["Pod"]
    assert isinstance(pod, Block)
    custom: dict[str, Shape] = {}
    sources = {}
    for project in sorted((folder / "crds").iterdir()):
        name, _, version = project.name.partition("@")
        sources[name] = version
        for type_, shape in kubernetes.custom_types(sorted(project.rglob("*.y*ml")), pod.members["metadata"]).items():
            if type_ not in core:
                custom.setdefault(type_, shape)
    yield _written("kubernetes-extensions", of_kubernetes(custom), sources)


def _terraform(folder: Path, provider: str) -> Iterator[tuple[str, dict[str, Shape]]]:
    """What each version of a provider has, the newest first."""
    packages = [*folder.glob(f"npm/{provider}@*"), *folder.glob(f"npm/{provider}-beta@*")]
    packages += folder.glob(f"terraform/{provider}@*.json")
    for path in sorted(packages, key=_version, reverse=True):
        name, _, number = path.name.removesuffix(".json").partition("@")
        written = f"{number} (beta)" if name.endswith("-beta") else number
        yield written, terraform.types(path) if path.suffix == ".json" else cdktf.types(path / "package")


def _version(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.name.removesuffix(".json").partition("@")[2].split("."))


def _written(name: str, types: dict[str, Shape], sources: dict[str, str]) -> str:
    content = packed(document(types, f"Attributes of resources: {name}", sources))
    bundled_path("schemas", "inputs", f"{name}.json.gz").write_bytes(content)
    return f"{name}: {len(types)} types, {len(content):,} bytes"


if __name__ == "__main__":
    for line in main(Path(sys.argv[1])):
        sys.stdout.write(f"{line}\n")
