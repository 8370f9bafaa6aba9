"""`releasegate scan --show-config`: every value of the effective configuration, and where it was set."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from scanner.config import Config, Identity
from scanner.config.settings import KEY_OF
from scanner.core.secrets import MASK, looks_secret, redact
from scanner.discovery import repository_root

ShowConfigOption = Annotated[
    bool,
    typer.Option("--show-config", help="Print every setting and where it was set, and scan nothing."),
]

_PARAMETERS: Mapping[str, str] = {
    "paths": "paths",
    "as_of": "as_of",
    "compliance": "frameworks",
    "policy": "policy_directories",
    "policy_key": "policy_keys",
    "check": "checks",
    "skip_check": "skip_checks",
    "exclude": "excludes",
    "no_gitignore": "use_gitignore",
    "no_inline_waivers": "inline_waivers",
    "waivers": "waiver_files",
    "var_file": "terraform.var_files",
    "workspace": "terraform.workspace",
    "tf_var": "terraform.environment",
    "modules": "terraform.module_directories",
    "download_modules": "terraform.download_to",
    "helm_values": "kubernetes.helm_values",
    "build_arg": "dockerfile.build_args",
    "no_artifacts": "models.open_artifacts",
    "trust_key": "models.trusted_keys",
    "trust_certificate": "models.trusted_certificates",
    "trust_identity": "models.trusted_identities",
    "trust_root": "models.trust_root",
    "approved_versions": "models.approved_versions",
    "base": "models.base",
    "engine": "engines",
    "checkov_all": "checkov.all_checks",
    "checkov_policies": "checkov.policies",
    "checkov_python": "checkov.run_python",
    "no_cache": "checkov.cache",
    "rego_engine": "rego.engine",
    "grant": "rego.grants",
    "namespace": "conftest.namespaces",
    "all_namespaces": "conftest.all_namespaces",
    "data": "conftest.data",
    "combine": "conftest.combine",
}
"""The parameters of `scan` that are called otherwise in `Config`."""

_PROGRAMS = ("kubernetes.helm", "kubernetes.kustomize", "kubernetes.kubectl", "rego.opa")
_NOT_SHOWN = frozenset(("folders", "files", "origins", "remarks", "notifications"))
_COMMENT_AT = 44


def origins(context: typer.Context) -> dict[str, str]:
    """Where each value that the user gave comes from, by its name in `Config`: an option, or the environment."""
    found = {**dict.fromkeys(_PROGRAMS, "found on PATH"), "checkov.cache": "the user's cache folder"}
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        kind = source.name if source else ""
        if kind == "COMMANDLINE":
            said = "argument" if parameter.param_type_name == "argument" else f"option {max(parameter.opts, key=len)}"
        elif kind == "ENVIRONMENT":
            said = f"environment {parameter.envvar}"
        else:
            continue
        found[_PARAMETERS.get(name, name)] = said
    return found


def shown(config: Config) -> str:
    """The configuration as YAML, one line a value, with its origin as a comment; nothing secret is in it."""
    root = repository_root(config.paths)
    lines = list(_lines(config, "", "", config.origins, root))
    if config.folders:
        lines.append("folders:")
    for folder in config.folders:
        lines.append(f"  {_text(folder.path)}:")
        terraform = config.terraform.at(folder.path)
        values = {
            "fail_on": folder.fail_on,
            "allow_unknown": folder.allow_unknown,
            "check": folder.checks,
            "skip_check": folder.skip_checks,
            "terraform.var_files": terraform.var_files,
            "terraform.workspace": terraform.workspace,
        }
        for key, value in values.items():
            origin = config.origins.get(f"folders.{folder.path}.{key}", "as around it")
            lines.append(_line(f"    {key}", _text(_plain(value, root)), origin))
    return "".join(f"{line}\n" for line in lines)


def _lines(holder: Any, prefix: str, indent: str, known: Mapping[str, str], root: Path) -> Iterator[str]:
    for each in fields(holder):
        name, value = f"{prefix}{each.name}", getattr(holder, each.name)
        if each.name in _NOT_SHOWN:
            continue
        key = KEY_OF.get(name, name).rpartition(".")[2]
        if is_dataclass(value):
            yield f"{indent}{key}:"
            yield from _lines(value, f"{name}.", f"{indent}  ", known, root)
        elif isinstance(value, Mapping) and value:
            yield f"{indent}{key}:"
            for inner in sorted(value):
                origin = known.get(f"{name}.{inner}", known.get(name, "default"))
                text = _text(_plain(_masked(inner, value[inner]), root))
                yield _line(f"{indent}  {_text(inner)}", text, origin)
        else:
            text = (
                str(value >> 20) if name.endswith(".memory_limit") else _text(_plain(value, root))
            )  # MiB, as in the file
            yield _line(f"{indent}{key}", text, known.get(name, "default"))


def _line(key: str, text: str, origin: str) -> str:
    return f"{f'{key}: {text}':<{_COMMENT_AT}} # {origin}"


def _masked(name: str, value: Any) -> Any:
    """The value without what its name calls a secret, or what has the form of one."""
    if looks_secret(name):
        return MASK
    if isinstance(value, Mapping):
        return {key: _masked(key, each) for key, each in value.items()}
    return redact(value, ()) if isinstance(value, str) else value


def _plain(value: Any, root: Path) -> Any:
    """The value in YAML's types; a path below the repository root is relative to it."""
    if isinstance(value, Path):
        absolute = value.absolute()
        return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else str(value)
    if isinstance(value, tuple | list):
        return [_plain(each, root) for each in value]
    if isinstance(value, Mapping):
        return {key: _plain(each, root) for key, each in value.items()}
    if isinstance(value, Identity):
        return {"name": value.name, "issuer": value.issuer}
    return value.isoformat() if isinstance(value, date) else (str(value) if isinstance(value, str) else value)


def _text(value: Any) -> str:
    """The value on one line, as YAML that gives it back."""
    text: str = yaml.safe_dump(value, default_flow_style=True, width=10**6, allow_unicode=True, sort_keys=True)
    return text.removesuffix("\n").removesuffix("\n...")
