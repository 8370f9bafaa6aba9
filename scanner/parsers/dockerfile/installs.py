"""Which packages a command installs, by which manager, from where, and how far they are pinned."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.commands import Command, ShellWord
from scanner.parsers.dockerfile.programs import bare, options, program
from scanner.parsers.dockerfile.requirements import python_package

_PIP_LISTS = {
    "-r": "requirements",
    "--requirement": "requirements",
    "--requirements": "requirements",
    "-c": "constraints",
    "--constraint": "constraints",
    "--constraints": "constraints",
    "--extra-index-url": "extra_index_urls",
    "--index": "extra_index_urls",
    "--trusted-host": "trusted_hosts",
    "--allow-insecure-host": "trusted_hosts",
    "-f": "find_links",
    "--find-links": "find_links",
}
_PIP_INDEX = frozenset(["-i", "--index-url", "--default-index", "--pypi-url"])
_PIP_VALUED = frozenset([
    *_PIP_LISTS, *_PIP_INDEX, "-e", "--editable", "-t", "--target", "--prefix", "--root", "--python", "-p",
    "--cache-dir", "--no-binary", "--only-binary", "--timeout", "--retries", "--proxy", "--progress-bar",
    "--platform", "--python-version", "--implementation", "--abi", "--src", "--upgrade-strategy", "--report", "-C",
    "--config-settings", "--config-setting", "--global-option", "--build-option", "--log", "--exists-action", "--cert",
    "--client-cert", "--keyring-provider", "--use-feature", "--root-user-action", "--index-strategy", "--resolution",
    "--prerelease", "--override", "--overrides", "--exclude-newer", "--link-mode", "--python-platform", "--extra",
    "--group", "--torch-backend", "--build-constraint", "--build-constraints", "--with", "--without", "--only",
    "--project", "--directory", "--package", "--upgrade-package", "-P", "--reinstall-package", "--no-group",
    "--only-group", "--no-install-package", "--no-build-isolation-package", "--spec", "--extras", "-E",
])  # fmt: skip
# Those that may stand before the subcommand.
_GLOBAL = frozenset(["-C", "--directory", "--project", "--config-file", "--cache-dir", "--proxy", "--log", "--cert"])
_VALUED = frozenset([
    "-t", "--target-release", "-o", "--option", "--repository", "-X", "--virtual", "--root", "--arch", "-n", "--name",
    "-p", "--prefix", "-c", "--channel", "-f", "--file", "--enablerepo", "--disablerepo", "--installroot",
    "--releasever", "--setopt", "--registry", "--version", "--git", "--tag", "--rev", "--branch", "--path",
    "--features", "--config-file", "--platform",
])  # fmt: skip
# Program, the subcommands that install, and what stands between a name and its version.
_MANAGERS: tuple[tuple[str, str, str, str], ...] = (
    (r"apt-get|apt|aptitude", "apt", r"install", "="),
    (r"apk", "apk", r"add", r"[=~<>]+"),
    (r"yum", "yum", r"install|localinstall|groupinstall|reinstall", r"-(?=\d)"),
    (r"(micro|t)?dnf5?|zypper", "dnf", r"install|in|groupinstall|reinstall", r"-(?=\d)"),
    (r"conda|mamba|micromamba", "conda", r"install|create|env|update", r"[=<>!~]+"),
    (r"npm|pnpm|yarn|bun", "npm", r"install|i|ci|add|clean-install", r"(?<=.)@"),
    (r"go", "go", r"install|get", "@"),
    (r"cargo", "cargo", r"install|binstall", "@"),
    (r"gem", "gem", r"install", ":"),
)
_PIP_ENVIRONMENT = {
    "INDEX_URL": "index_url",
    "DEFAULT_INDEX": "index_url",
    "EXTRA_INDEX_URL": "extra_index_urls",
    "INDEX": "extra_index_urls",
    "TRUSTED_HOST": "trusted_hosts",
    "INSECURE_HOST": "trusted_hosts",
    "FIND_LINKS": "find_links",
    "CONSTRAINT": "constraints",
    "REQUIRE_HASHES": "require_hashes",
    "NO_INDEX": "no_index",
    "FROZEN": "locked",
    "LOCKED": "locked",
}
_OFF = ("", "0", "false", "no", "off")


def install(command: Command, environment: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the command installs; `environment` are the variables that it runs with. None when it installs nothing."""
    words = bare(command.words)
    name = program(words)
    if re.fullmatch(r"python[0-9.]*|pypy[0-9.]*", name) and [word.text for word in words[1:3]] == ["-m", "pip"]:
        words, name = words[2:], "pip"
    own = {key: word.value() for key, word in command.assigned.items()}
    python = _python(name, words, {**environment, **own})
    return python if python is not None else _other(name, words)


def _python(name: str, words: Sequence[ShellWord], environment: Mapping[str, Any]) -> dict[str, Any] | None:
    texts = [word.text for word in words]
    verb = next((word.text for option, word in options(words[1:], _GLOBAL) if not option and word is not None), "")
    if re.fullmatch(r"pip[0-9.]*|pipx", name) and verb in ("install", "wheel", "download"):
        entry = _pip("pip", words[texts.index(verb) + 1 :], environment, "PIP_")
    elif name == "uv" and verb in ("pip", "tool") and texts[texts.index(verb) + 1 :][:1] in (["install"], ["sync"]):
        at = texts.index(verb) + 1
        entry = _pip("uv", words[at + 1 :], environment, "UV_")
        if texts[at] == "sync":
            files = [package.pop("name") for package in entry.get("packages", ())]
            entry["requirements"] = files
            entry.pop("packages", None)
    elif (name, verb) in {("uv", "sync"), ("uv", "add"), ("poetry", "install"), ("poetry", "add"), ("pdm", "install"),
                          ("pdm", "sync"), ("pipenv", "install"), ("pipenv", "sync")}:  # fmt: skip
        entry = _pip(name, words[texts.index(verb) + 1 :], environment, f"{name.upper()}_")
        locking = {"--frozen", "--locked", "--deploy", "--frozen-lockfile", "--ignore-pipfile"} & set(entry["options"])
        _directory(entry, words)
        entry.setdefault("locked", bool(locking) or (verb == "sync" and name in ("pdm", "pipenv")))
    else:
        return None
    entry["command"] = verb if name != "uv" or verb not in ("pip", "tool") else f"{verb} {texts[texts.index(verb) + 1]}"
    return entry


def _pip(manager: str, words: Sequence[ShellWord], environment: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"manager": manager, "options": []}
    _settings(entry, environment, prefix)
    for option, value in options(words, _PIP_VALUED):
        if option in ("", "-e", "--editable"):
            if value is not None:
                package = python_package(value)
                entry.setdefault("packages", []).append({**package, "editable": True} if option else package)
            continue
        entry["options"].append(option)
        if value is None:
            continue
        if option in _PIP_INDEX:
            entry["index_url"] = value.value()
        elif option in _PIP_LISTS:
            entry.setdefault(_PIP_LISTS[option], []).append(value.value())
    if "--require-hashes" in entry["options"]:
        entry["require_hashes"] = True
    entry.setdefault("require_hashes", False)
    if "--no-index" in entry["options"]:
        entry["no_index"] = True
    if "--no-deps" in entry["options"]:
        entry["no_dependencies"] = True
    return entry


def _directory(entry: dict[str, Any], words: Sequence[ShellWord]) -> None:
    """The folder of the project where it is not the one that the command runs in."""
    valued = _PIP_VALUED | {"-C"}
    names = ("-C", "--directory", "--project") if entry["manager"] != "pdm" else ("-p", "--project")
    folder = next(
        (value for option, value in options(words[1:], valued) if option in names and value is not None), None
    )
    if folder is not None:
        entry["directory"] = folder.value()


def _settings(entry: dict[str, Any], environment: Mapping[str, Any], prefix: str) -> None:
    """What the variables of the manager say, as PIP_INDEX_URL."""
    for variable, name in _PIP_ENVIRONMENT.items():
        value = environment.get(prefix + variable)
        if value is None:
            continue
        if name in ("require_hashes", "no_index", "locked"):
            entry[name] = value if isinstance(value, Unresolved) else str(value).lower() not in _OFF
        elif name == "index_url":
            entry[name] = value
        else:
            values = [value] if isinstance(value, Unresolved) else str(value).split()
            entry.setdefault(name, []).extend(values)


def _other(name: str, words: Sequence[ShellWord]) -> dict[str, Any] | None:
    for programs, manager, verbs, separator in _MANAGERS:
        if not re.fullmatch(programs, name):
            continue
        found = list(options(words[1:], _VALUED))
        position = next((i for i, (option, value) in enumerate(found) if not option and value is not None), None)
        verb = found[position][1] if position is not None else None
        if verb is None or position is None or not re.fullmatch(verbs, verb.text):
            return None
        rest = found[position + 1 :]
        if manager == "conda" and verb.text == "env" and rest[:1] and rest[0][1] is not None:
            rest = rest[1:]
        return _entry(manager, verb.text, [*found[:position], *rest], separator)
    return None


def _entry(manager: str, verb: str, found: Sequence[tuple[str, ShellWord | None]], separator: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"manager": manager, "command": verb, "options": []}
    for option, value in found:
        if not option and value is not None:
            entry.setdefault("packages", []).append(_package(value, separator))
            continue
        entry["options"].append(option)
        if value is not None and option in ("-f", "--file"):
            entry.setdefault("requirements", []).append(value.value())
        elif value is not None and option in ("-c", "--channel"):
            entry.setdefault("channels", []).append(value.value())
        elif value is not None and option in ("-X", "--repository", "--registry"):
            entry.setdefault("extra_index_urls", []).append(value.value())
    if manager == "npm":
        entry["locked"] = verb in ("ci", "clean-install") or "--frozen-lockfile" in entry["options"]
    return entry


def _package(word: ShellWord, separator: str) -> dict[str, Any]:
    name, *version = re.split(separator, word.text, maxsplit=1)
    if word.unknown and "$" in name:
        return {"name": word.value()}
    package: dict[str, Any] = {"name": name}
    if version:
        package["version"] = Unresolved(version[0], word.unknown) if "$" in version[0] and word.unknown else version[0]
    return package
