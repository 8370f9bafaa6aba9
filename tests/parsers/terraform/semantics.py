"""What Terraform itself says about the fixtures in `fixtures/parsers/terraform/semantics`, and what our parser says.

Each fixture is a Terraform root; its `expected.json` holds the planned values of its outputs, or the error that
Terraform gives for it. Run by hand after a change to the fixtures, with Terraform 1.11.4 on PATH:

    python -m tests.parsers.terraform.semantics --write [--provider BINARY] [TOPIC…]

Without `--write` the differences are printed and nothing is changed. `--provider` names the built provider of
`semantics/provider` (`go build` there), which the topics with dynamic blocks need.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from scanner.core.notification import Level, Notification
from scanner.core.resource import Parsed, SourceFile
from scanner.core.values import Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform import TERRAFORM
from scanner.parsers.terraform.hcl import read_hcl
from tests.parsers.terraform.reading import FIXTURES, files_below

SEMANTICS = FIXTURES / "semantics"
UNKNOWN = {"known": False}
_PROVIDER = "example.com/test/semantics"
_SUMMARY = re.compile(r"^Error: (.*)$", re.MULTILINE)
_OUTPUTS = "outputs_under_test.tf"
_BLOCKS = "semantics_blocks"


def topics() -> list[str]:
    """The paths of all fixtures below the folder; those of errors have a folder of their own."""
    roots = (path.parent for pattern in ("*/main.tf", "errors/*/main.tf") for path in SEMANTICS.glob(pattern))
    return sorted(root.relative_to(SEMANTICS).as_posix() for root in roots)


def expected(topic: str) -> dict[str, Any]:
    """What Terraform said when it was last asked."""
    found = json.loads((SEMANTICS / topic / "expected.json").read_bytes())
    assert isinstance(found, dict)
    return found


def needs_provider(topic: str) -> bool:
    return any(_BLOCKS in path.read_text() for path in (SEMANTICS / topic).glob("*.tf"))


def ask_terraform(topic: str, provider: Path | None = None) -> dict[str, Any]:
    """The planned `outputs` and the `blocks` of data sources, or the `error`, which is the first line of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        shutil.copytree(SEMANTICS / topic, root, ignore=shutil.ignore_patterns("expected.json"))
        environment = _environment(Path(folder), provider)
        for command in (["init", "-input=false"], ["plan", "-input=false", "-out=plan"]):
            done = _run(command, root, environment)
            if done.returncode:
                summaries = _SUMMARY.findall(done.stderr + done.stdout)
                return {"error": summaries[0] if summaries else done.stderr}
        plan = json.loads(_run(["show", "-json", "plan"], root, environment).stdout)
    changes = plan.get("output_changes", {})
    outputs = {name: _planned(each.get("after"), each["after_unknown"]) for name, each in changes.items()}
    blocks = dict(_blocks(plan.get("prior_state", {}).get("values", {}).get("root_module", {})))
    return {"outputs": outputs, "blocks": blocks} if blocks else {"outputs": outputs}


def _blocks(module: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What the plan says about the data sources with blocks, by address."""
    for each in module.get("resources", ()):
        if each["type"] == _BLOCKS:
            yield each["address"], _written(each["values"])
    for child in module.get("child_modules", ()):
        yield from _blocks(child)


def _written(value: Any) -> Any:
    """A value without what nobody wrote, with a block that can stand only once as a list like the others."""
    if isinstance(value, dict):
        kept = {name: _written(inner) for name, inner in value.items() if inner not in (None, [], {})}
        return {name: [inner] if name == "only" and isinstance(inner, dict) else inner for name, inner in kept.items()}
    return [_written(inner) for inner in value] if isinstance(value, list) else value


def _environment(folder: Path, provider: Path | None) -> dict[str, str]:
    """Nothing of the caller's configuration, and no way to a registry: providers come from a folder."""
    mirror = folder / "mirror"
    configuration = folder / "terraformrc"
    configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    environment = {**kept, "TF_CLI_CONFIG_FILE": str(configuration), "CHECKPOINT_DISABLE": "1"}
    if provider is not None:
        platform = json.loads(_run(["version", "-json"], folder, environment).stdout)["platform"]
        place = mirror / _PROVIDER / "1.0.0" / platform
        place.mkdir(parents=True)
        shutil.copy2(provider, place / "terraform-provider-semantics_v1.0.0")
    return environment


def _run(command: list[str], root: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", *command],
        cwd=root,
        env={**environment, "TF_CLI_ARGS": "-no-color"} if command[0] in ("init", "plan") else environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def _planned(value: Any, unknown: Any) -> Any:
    """The planned value, with `UNKNOWN` in every place that only applying it shows."""
    if unknown is True:
        return UNKNOWN
    if isinstance(unknown, dict) and isinstance(value, dict):
        names = sorted({*value, *unknown})
        return {name: _planned(value.get(name), unknown.get(name)) for name in names}
    if isinstance(unknown, list) and isinstance(value, list):
        return [_planned(each, unknown[index] if index < len(unknown) else False) for index, each in enumerate(value)]
    return value


@dataclass(frozen=True)
class Ours:
    """What our parser says of one fixture: values in the shape of `ask_terraform`, and its notifications."""

    values: dict[str, Any]
    notifications: list[Notification]


def ours(topic: str) -> Ours:
    """The values of the outputs, and what the parser has to tell."""
    parsed = _read_all()
    resources = [each for each in parsed.resources if each.origin == topic]
    (outputs,) = [each.attributes for each in resources if each.type == "semantics_outputs"]
    names = [name for name, _ in _outputs([*_files(topic)])]
    values: dict[str, Any] = {"outputs": {name: outputs.get(name) for name in names}}
    blocks = {each.address: _written(dict(each.attributes)) for each in resources if each.type == f"data.{_BLOCKS}"}
    if blocks:
        values["blocks"] = blocks
    notes = [each for each in parsed.notifications if each.location and each.location.path.startswith(f"{topic}/")]
    return Ours(values, notes)


@cache
def _read_all() -> Parsed:
    """All fixtures at once, each with a resource in memory that has the outputs' expressions as its attributes.

    So the parser is asked as everybody asks it.
    """
    files: list[SourceFile] = []
    for topic in topics():
        found = [*_files(topic)]
        text = "".join(f"  {name} = {expression}\n" for name, expression in _outputs(found))
        files.extend(SourceFile(f"{topic}/{each.path}", each.format, each.text) for each in found)
        outputs = f'resource "semantics_outputs" "all" {{\n{text}}}\n'
        files.append(SourceFile(f"{topic}/{_OUTPUTS}", "terraform", outputs))
    return TERRAFORM.parse(files, ParseContext(SEMANTICS, 60.0))


def _files(topic: str) -> Iterator[SourceFile]:
    return files_below(SEMANTICS / topic)


def _outputs(files: list[SourceFile]) -> Iterator[tuple[str, str]]:
    for file in files:
        if "/" not in file.path and file.path.endswith(".tf"):
            for block in read_hcl(file.path, file.text).blocks:
                attribute = block.attributes.get("value")
                if block.type == "output" and attribute is not None:
                    yield block.labels[0], attribute.source.excerpt(attribute.expression.place)


def silent(topic: str) -> list[str]:
    """The outputs that we give a value though Terraform refuses the configuration and nothing tells of that."""
    found = ours(topic)
    if any(each.level is Level.ERROR for each in found.notifications):
        return []
    values = found.values["outputs"].items()
    return [
        f".{name}: Terraform refuses this, we say {value!r}" for name, value in values if not _has_unresolved(value)
    ]


def differences(planned: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where a value of ours is not what Terraform says.

    What Terraform does not know we must not know either; of a value that Terraform does not know as a whole we may
    still know parts.
    """
    if planned == UNKNOWN and isinstance(planned, dict):
        if not _has_unresolved(found):
            yield f"{path}: Terraform does not know it, we say {found!r}"
    elif isinstance(planned, dict) and isinstance(found, dict):
        for name in sorted({*planned, *found}):
            if (name in planned) != (name in found):
                yield f"{path}.{name}: only {'Terraform' if name in planned else 'we'} have it"
            else:
                yield from differences(planned[name], found[name], f"{path}.{name}")
    elif isinstance(planned, list) and isinstance(found, list) and len(planned) == len(found):
        for index, each in enumerate(planned):
            yield from differences(each, found[index], f"{path}[{index}]")
    elif planned != found or isinstance(planned, bool) != isinstance(found, bool):
        yield f"{path}: Terraform says {planned!r}, we say {found!r}"


def _has_unresolved(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_unresolved, value.values()))
    return any(map(_has_unresolved, value)) if isinstance(value, list) else isinstance(value, Unresolved)


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--provider", type=Path)
    parser.add_argument("topics", nargs="*")
    options = parser.parse_args()
    failed = 0
    for topic in options.topics or topics():
        if needs_provider(topic) and options.provider is None:
            sys.stdout.write(f"{topic}: left out, it needs --provider\n")
            continue
        said = ask_terraform(topic, options.provider)
        if options.write:
            text = json.dumps(said, indent=1, ensure_ascii=False, sort_keys=True)
            (SEMANTICS / topic / "expected.json").write_text(text + "\n")
        found = [*differences(said, ours(topic).values)] if "error" not in said else silent(topic)
        failed += len(found)
        sys.stdout.writelines(f"{topic}{each}\n" for each in found)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(_main())
