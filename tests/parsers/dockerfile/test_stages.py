"""What stages inherit, which are in the final image, and the state that instructions leave."""

from pathlib import Path
from typing import Any

import pytest

from scanner.config import DockerfileOptions
from scanner.core.notification import Level
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import Unresolved, parse_path
from scanner.parsers.dockerfile import DOCKERFILE
from scanner.parsers.interface import ParseContext


def parse(text: str, **build_args: str) -> Parsed:
    context = ParseContext(Path("/nowhere"), dockerfile=DockerfileOptions(build_args))
    return DOCKERFILE.parse([SourceFile("Dockerfile", "dockerfile", text)], context)


def last(text: str, **build_args: str) -> Resource:
    parsed = parse(text, **build_args)
    assert [note for note in parsed.notifications if note.level is not Level.NOTE] == []
    return parsed.resources[-1]


def line(found: Resource, path: str) -> int:
    return found.locate(parse_path(path)).start_line


CHAIN = (
    "FROM python:3.11 AS base\nFROM base AS tools\nFROM golang:1.23 AS build\nCOPY --from=tools /x /x\n"
    "FROM alpine AS lint\nFROM base AS serve\nCOPY --from=build /a /a\nRUN --mount=from=2,target=/m true\n"
)


def test_the_place_of_each_stage() -> None:
    found = parse(CHAIN).resources
    assert [
        (stage.attributes["name"], stage.attributes["role"], stage.attributes["in_final_image"]) for stage in found
    ] == [
        ("base", "base", True),
        ("tools", "builder", False),
        ("build", "builder", False),
        ("lint", "unused", False),
        ("serve", "final", True),
    ]
    assert [stage.attributes["external_base"]["name"] for stage in found] == [
        "docker.io/library/python",
        "docker.io/library/python",
        "docker.io/library/golang",
        "docker.io/library/alpine",
        "docker.io/library/python",
    ]
    assert line(found[4], "external_base") == 1


def test_links_between_stages() -> None:
    links = [
        (link.source.partition("#")[2], link.kind, link.target.partition("#")[2], link.evidence.start_line)
        for link in parse(CHAIN).links
    ]
    assert links == [
        ("tools", "builds_on", "base", 2),
        ("serve", "builds_on", "base", 6),
        ("build", "copies_from", "tools", 4),
        ("serve", "copies_from", "build", 7),
    ]


def test_where_copied_files_come_from() -> None:
    found = last(
        "FROM a AS build\nFROM b\nCOPY --from=BUILD /x /x\nCOPY --from=0 /y /y\n"
        "COPY --from=ghcr.io/astral-sh/uv:0.5@sha256:ab /uv /bin/\nCOPY --from=nginx:latest /etc /etc\n"
    ).attributes["copied"]
    assert [entry.get("from_stage") for entry in found] == ["build", "build", None, None]
    assert found[2]["from_image"] == {
        "reference": "ghcr.io/astral-sh/uv:0.5@sha256:ab",
        "registry": "ghcr.io",
        "repository": "astral-sh/uv",
        "tag": "0.5",
        "digest": "sha256:ab",
        "name": "ghcr.io/astral-sh/uv",
    }
    assert found[3]["from_image"]["name"] == "docker.io/library/nginx"


@pytest.mark.parametrize("name", ["test", "dev", "unit-tests", "debug", "ci"])
def test_a_last_stage_that_is_not_the_image_is_told_of(name: str) -> None:
    (note,) = parse(f"FROM a AS serve\nUSER app\nFROM serve AS {name}\n").notifications
    assert (note.level, note.location and note.location.start_line) == (Level.NOTE, 3)
    assert note.message.startswith(f"the last stage, {name}, is the one that docker build builds")
    assert parse(f"FROM a AS {name}\n").notifications == ()
    assert parse("FROM a AS build\nFROM a AS latest\n").notifications == ()


def test_build_args_go_before_defaults_where_they_are_declared() -> None:
    text = "ARG TAG=1\nFROM x:$TAG\nARG UID=5\nARG TAG\nUSER $UID\nENV A=$OTHER\nENV B=$TAG\n"
    found = last(text, TAG="2", UID="7", OTHER="o").attributes
    assert (found["base"]["tag"], found["user"]["name"]) == ("2", "7")
    assert found["env"] == {"A": Unresolved("$OTHER", "no ARG or ENV before this line sets OTHER"), "B": "2"}
    assert found["build_args"] == {"UID": "7", "TAG": "2"}
    assert last("FROM x\nENV UID=1\nARG UID\nUSER $UID\n", UID="7").attributes["user"]["name"] == "1"


def test_an_argument_keeps_its_value_when_it_is_named_again() -> None:
    assert last("FROM x\nARG UID=5\nARG UID\nUSER $UID\n").attributes["user"]["name"] == "5"
    assert last("FROM x AS a\nARG UID=5\nFROM a\nUSER $UID\n").attributes["user"]["name"] == "5"


def test_arguments_of_the_builder() -> None:
    assert last("FROM --platform=$BUILDPLATFORM x\n", BUILDPLATFORM="linux/arm64").attributes["base"]["platform"] == (
        "linux/arm64"
    )
    unknown = Unresolved("$TARGETARCH", "TARGETARCH is set by the builder")
    assert last("FROM x\nARG TARGETARCH\nENV A=$TARGETARCH\n").attributes["env"] == {"A": unknown}


@pytest.mark.parametrize(
    ("lines", "user"),
    [
        ("RUN useradd -u 0 -o -g root app\nUSER app", {"name": "app", "root": True, "uid": "0"}),
        ("RUN adduser -D -u 10001 app\nUSER app:app", {"name": "app", "group": "app", "root": False, "uid": "10001"}),
        ("RUN useradd app && usermod -u 0 -o app\nUSER app", {"name": "app", "root": True, "uid": "0"}),
        ("RUN useradd app\nUSER app", {"name": "app", "root": False}),
        (
            "ARG N\nRUN useradd --uid ${N} app\nUSER app",
            {
                "name": "app",
                "root": Unresolved("${N}", "ARG N has no default"),
                "uid": Unresolved("${N}", "ARG N has no default"),
            },
        ),
        ("USER 0:0", {"name": "0", "group": "0", "root": True}),
        ("USER ContainerAdministrator", {"name": "ContainerAdministrator", "root": True}),
    ],
)
def test_user_accounts(lines: str, user: dict[str, Any]) -> None:
    assert last(f"FROM x\n{lines}\n").attributes["user"] == user


def test_accounts_of_the_stage_below_count() -> None:
    found = last("FROM x AS a\nRUN useradd -o -u 0 app\nFROM a\nUSER app\n")
    assert found.attributes["user"]["root"] is True
    assert last("FROM x AS a\nRUN useradd -o -u 0 app\nFROM x\nUSER app\n").attributes["user"]["root"] is False


@pytest.mark.parametrize(
    ("lines", "workdir"),
    [
        ("WORKDIR /app\nWORKDIR sub/../x\n", "/app/x"),
        ("WORKDIR app\n", Unresolved("app", "it is relative to the WORKDIR of the base image")),
        ("ENV D=/d\nWORKDIR $D/e/\n", "/d/e"),
        ("WORKDIR C:/app\n", "C:/app"),
    ],
)
def test_workdir(lines: str, workdir: Any) -> None:
    assert last(f"FROM x\n{lines}").attributes["workdir"] == workdir


def test_a_relative_workdir_from_scratch_is_known() -> None:
    found = last("FROM scratch\nWORKDIR app\nCOPY a .\n")
    assert found.attributes["workdir"] == "/app"
    assert found.attributes["copied"][0]["destination"] == "/app/"


def test_the_rest_of_the_image_configuration() -> None:
    found = last(
        "FROM x AS a\nHEALTHCHECK --interval=30s --start-period=1m CMD curl -f http://localhost/\nSTOPSIGNAL SIGINT\n"
        'VOLUME ["/models"]\nVOLUME /a $B\nMAINTAINER Ada\nSHELL ["/bin/bash", "-c"]\nFROM a\nCOPY w /models/w\n'
    )
    attributes = found.attributes
    assert attributes["healthcheck"] == {
        "test": ["CMD-SHELL", "curl -f http://localhost/"],
        "interval": "30s",
        "start_period": "1m",
    }
    assert attributes["stop_signal"] == "SIGINT"
    assert attributes["volumes"] == ["/models", "/a", Unresolved("$B", "no ARG or ENV before this line sets B")]
    assert attributes["shell"] == ["/bin/bash", "-c"]
    assert attributes["copied"][0]["in_volume"] == "/models"
    assert "maintainer" not in attributes
    assert {path: line(found, path) for path in ("healthcheck", "volumes[1]", "stop_signal")} == {
        "healthcheck": 2,
        "volumes[1]": 5,
        "stop_signal": 3,
    }


def test_healthchecks() -> None:
    assert last("FROM x\nHEALTHCHECK NONE\n").attributes["healthcheck"] == {"test": ["NONE"]}
    assert last('FROM x\nHEALTHCHECK CMD ["a", "b"]\n').attributes["healthcheck"] == {"test": ["CMD", "a", "b"]}
    (note,) = parse("FROM x\nHEALTHCHECK curl x\n").notifications
    assert note.message == "HEALTHCHECK takes CMD and a command, or NONE alone; this instruction was not read"


def test_mounts() -> None:
    found = last(
        "FROM a AS w\nFROM x\nRUN --mount=type=secret,id=hf,env=HF_TOKEN,required"
        " --mount=type=bind,from=w,src=/m,dst=/n"
        ' --mount=type=cache,target=/c --mount="type=secret,target=/run/key" true\n'
    )
    assert found.attributes["mounts"] == [
        {"type": "secret", "id": "hf", "env": "HF_TOKEN", "required": True},
        {"type": "bind", "from": "w", "source": "/m", "target": "/n", "from_stage": "w"},
        {"type": "cache", "target": "/c"},
        {"type": "secret", "target": "/run/key", "id": "key"},
    ]
    assert [mount["id"] for mount in found.attributes["secret_mounts"]] == ["hf", "key"]
    assert line(found, "secret_mounts[1]") == 3


def test_triggers_work_in_the_stage_that_builds_on_theirs() -> None:
    text = "FROM x AS base\nONBUILD USER app\nONBUILD COPY . /app\nONBUILD ENV A=1 \\\n  B=2\nFROM base AS next\n"
    found = last(text)
    assert (found.attributes["user"]["name"], found.attributes["env"]) == ("app", {"A": "1", "B": "2"})
    assert found.attributes["copied"][0]["kind"] == "all"
    assert {path: line(found, path) for path in ("user", "copied[0]", "env.B")} == {
        "user": 2,
        "copied[0]": 3,
        "env.B": 5,
    }
    base, _ = parse(text).resources
    assert {"user", "copied", "env"}.isdisjoint(base.attributes)
    assert "copied" not in last(f"{text}FROM next\n").attributes  # they work once
    assert last(f"{text}FROM next\n").attributes["user"]["name"] == "app"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("python:3.11", "docker.io/library/python"),
        ("vllm/vllm-openai", "docker.io/vllm/vllm-openai"),
        ("docker.io/python", "docker.io/library/python"),
        ("index.docker.io/a/b@sha256:ab", "docker.io/a/b"),
        ("nvcr.io/nvidia/pytorch:24.01-py3", "nvcr.io/nvidia/pytorch"),
        ("localhost:5000/a", "localhost:5000/a"),
        ("$A/b", Unresolved("$A/b", "no ARG or ENV before this line sets A")),
    ],
)
def test_full_names_of_base_images(reference: str, name: Any) -> None:
    assert last(f"FROM {reference}\n").attributes["base"]["name"] == name


def test_the_shell_of_windows_images_reads_backslashes_as_they_are() -> None:
    found = last("FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN C:\\Python\\pip install a & del C:\\x\n")
    assert found.attributes["installs"][0]["packages"] == [{"name": "a", "source": "index"}]


def test_a_template_by_name_without_actions_is_a_dockerfile() -> None:
    file = SourceFile("Dockerfile.tmpl", "dockerfile", "FROM x\n# MIXINS\nUSER app\n")
    parsed = DOCKERFILE.parse([file], ParseContext(Path("/nowhere")))
    assert (parsed.notifications, parsed.resources[0].attributes["user"]["name"]) == ((), "app")
