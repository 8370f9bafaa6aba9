"""Puts defaults, `releasegate.yaml`, the gate's profile, the environment and the options together."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from scanner.config.errors import UsageError
from scanner.config.files import Found, Written, folder_of, read_file
from scanner.config.folders import NAMES, Below, Layer, in_force, read_layers
from scanner.config.loosening import loosened, overridden, summed_up
from scanner.config.options import (
    CheckovOptions,
    Config,
    ConftestOptions,
    DockerfileOptions,
    KubernetesOptions,
    ModelOptions,
    RegoOptions,
    TerraformOptions,
)
from scanner.config.profiles import check_profiles, profile_settings
from scanner.config.settings import Setting, Settings, settings_of

_FORMATS: Mapping[str, Any] = {
    "terraform": TerraformOptions,
    "kubernetes": KubernetesOptions,
    "dockerfile": DockerfileOptions,
    "models": ModelOptions,
    "rego": RegoOptions,
    "conftest": ConftestOptions,
    "checkov": CheckovOptions,
}
_MAPPINGS = ("scope", "parameters", "dockerfile.build_args")


def build(
    paths: Sequence[Path],
    as_of: date,
    options: Mapping[str, Any],
    file: Path | Found | None,
    formats: Mapping[str, Mapping[str, Any]] | None = None,
    origins: Mapping[str, str] | None = None,
) -> Config:
    """The configuration from `options` (only those the user gave) over the profile over `file` over the defaults.

    `options` uses the names of `Config`; `formats` has those of one format by its name, such as `terraform`, with the
    names of `TerraformOptions`. `origins` says of these, by their names (`terraform.var_files`), where each comes from.

    What reaches beyond the scanned files (the network, the environment, programs) cannot be asked for in files that
    were found in the scanned repository, which whoever proposes a change may have written: what those name to be read
    as a part of the release has to lie in there. Raises `UsageError` for a value that means nothing.
    """
    found = file if isinstance(file, Found) else Found(Path(), file)
    within = file.root if isinstance(file, Found) else None
    written = read_file(found.top, within) if found.top else None
    given = _given(options, formats or {}, origins or {})
    top = settings_of(written, within) if written else {}
    layers = read_layers(found.folders, within) if within else []
    if written is not None:
        check_profiles(written)
        top, layers = _split(top, written, layers, within)
    profile = _profile(top, given, written)
    below = in_force(layers, top, profile, given)
    effective = {**top, **profile, **given}
    values = {name: setting.value for name, setting in effective.items()}
    values["excludes"] = (*values.get("excludes", ()), *(pattern for pattern, _ in below.excludes))
    values["terraform.folders"] = below.terraform
    of_formats = {
        prefix: options_of(
            **{name.partition(".")[2]: value for name, value in values.items() if name.startswith(f"{prefix}.")}
        )
        for prefix, options_of in _FORMATS.items()
    }
    told = loosened(effective, written, layers, given)
    config = Config(
        paths=tuple(paths),
        as_of=as_of,
        **{name: value for name, value in values.items() if "." not in name},
        **of_formats,
        folders=below.folders,
        origins={**_origins(effective, written), **_of_paths(origins or {}), **_of_excludes(effective, below)},
        files=tuple(each.file for each in (written, *(layer.written for layer in layers)) if each is not None),
        remarks=(*overridden(profile, given, values.get("profile")), *summed_up(told)),
        notifications=(*told, *below.notifications),
    )
    _check_existence(config)
    return config


def _given(
    options: Mapping[str, Any], formats: Mapping[str, Mapping[str, Any]], origins: Mapping[str, str]
) -> Settings:
    flat = dict(options)
    for prefix, values in formats.items():
        flat.update({f"{prefix}.{name}": value for name, value in values.items()})
    return {name: Setting(value, origins.get(name, "option")) for name, value in flat.items()}


def _split(top: Settings, written: Written, layers: list[Layer], within: Path | None) -> tuple[Settings, list[Layer]]:
    """What a file that was found in a folder sets for that folder, apart from what it sets for everything.

    So a scan of the folder and one of the repository say the same.
    """
    path = folder_of(written.file, within) if within is not None else ""
    if not path:
        return top, layers
    own = {name: setting for name, setting in top.items() if name in NAMES}
    rest = {name: setting for name, setting in top.items() if name not in NAMES}
    return rest, [Layer(path, written, own), *layers]


def _profile(top: Settings, given: Settings, written: Written | None) -> Settings:
    chosen = given.get("profile") or top.get("profile")
    return profile_settings(chosen.value, chosen.origin, written) if chosen else {}


def _origins(effective: Settings, written: Written | None) -> dict[str, str]:
    """Where each value was set; for a mapping of the file, where each of its keys was."""
    found = {name: setting.origin for name, setting in effective.items()}
    for name in _MAPPINGS:
        setting = effective.get(name)
        if written is not None and setting is not None and setting.place is not None:
            for key in setting.value:
                found[f"{name}.{key}"] = str(written.place(*name.split("."), key))
    return found


def _of_excludes(effective: Settings, below: Below) -> dict[str, str]:
    """Of the patterns, which are one list, and of everything else in the folders."""
    above = [effective["excludes"].origin] if "excludes" in effective else []
    found = dict.fromkeys((*above, *(origin for _, origin in below.excludes)))
    return {**below.origins, **({"excludes": ", ".join(found)} if found else {})}


def _of_paths(origins: Mapping[str, str]) -> dict[str, str]:
    """Of what is no setting, though given by the user like one."""
    return {name: origins[name] for name in ("paths", "as_of") if name in origins}


def _check_existence(config: Config) -> None:
    for source in config.policy_directories:
        if not source.exists():
            raise UsageError(f"the policy folder or bundle {source} does not exist")
    for folder in config.checkov.policies:
        if not folder.is_dir():
            fault = "is no folder" if folder.exists() else "does not exist"
            raise UsageError(f"the folder of Checkov checks {folder} {fault}")
    _check_files("policy key", config.policy_keys)
    if config.policy_scope and not config.policy_keys:
        raise UsageError("a policy scope is for signatures: give --policy-key too")
    _check_files("file of waivers", config.waiver_files)
    for directory in config.terraform.module_directories:
        if not directory.is_dir():
            raise UsageError(f"the folder of modules {directory} does not exist")
    _check_files("file of variables", config.terraform.var_files)
    for below in config.terraform.folders:
        _check_files("file of variables", below.var_files)
    _check_files("file of Helm values", config.kubernetes.helm_values)
    _check_files("public key", config.models.trusted_keys)
    _check_files("certificate", config.models.trusted_certificates)
    _check_files("list of approved versions", config.models.approved_versions)
    if config.models.trust_root is not None:
        _check_files("trust root", [config.models.trust_root])


def _check_files(noun: str, files: Sequence[Path]) -> None:
    for file in files:
        if not file.is_file():
            raise UsageError(f"the {noun} {file} does not exist")
