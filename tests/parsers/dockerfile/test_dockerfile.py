"""Dockerfiles as stages: every attribute, its line, and what is said of bad input."""

from pathlib import Path
from typing import Any

import pytest

from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import Unresolved, parse_path
from scanner.parsers.dockerfile import DOCKERFILE
from scanner.parsers.interface import ParseContext

FIXTURES = Path(__file__).parents[3] / "fixtures" / "parsers" / "dockerfile"


def parse(text: str, path: str = "Dockerfile") -> Parsed:
    return DOCKERFILE.parse([SourceFile(path, "dockerfile", text)], ParseContext(Path("/")))


def fixture(name: str) -> Parsed:
    return parse((FIXTURES / name).read_text(), f"images/{name}")


def only(text: str) -> Resource:
    parsed = parse(text)
    assert parsed.notifications == ()
    (stage,) = parsed.resources
    return stage


def last(text: str) -> dict[str, Any]:
    parsed = parse(text)
    assert parsed.notifications == ()
    return dict(parsed.resources[-1].attributes)


def line(stage: Resource, path: str) -> int:
    return stage.locate(parse_path(path)).start_line


def told(parsed: Parsed) -> list[tuple[int, str]]:
    for each in parsed.notifications:
        assert (each.level, each.component) == ("error", "parser")
    return [(each.location.start_line, each.message) for each in parsed.notifications if each.location]


def test_all_stages_of_a_serving_image() -> None:
    parsed = fixture("serve.Dockerfile")
    assert parsed.notifications == ()
    assert [(stage.address, stage.key, stage.type, stage.format) for stage in parsed.resources] == [
        (address, f"images/serve.Dockerfile::{address}", "dockerfile_stage", "dockerfile")
        for address in (f"images/serve.Dockerfile#{name}" for name in ("base", "weights", "serve"))
    ]
    assert [(stage.location.start_line, stage.location.end_line) for stage in parsed.resources] == [
        (5, 13),
        (15, 22),
        (24, 32),
    ]
    assert [stage.attributes["final"] for stage in parsed.resources] == [False, False, True]
    assert [stage.attributes["index"] for stage in parsed.resources] == [0, 1, 2]


def test_the_first_stage() -> None:
    stage = fixture("serve.Dockerfile").resources[0]
    attributes = dict(stage.attributes)
    instructions = attributes.pop("instructions")
    outside = attributes.pop("external_base")
    assert outside == {name: value for name, value in attributes["base"].items() if name != "platform"}
    assert attributes == {
        "index": 0,
        "name": "base",
        "final": False,
        "base": {
            "reference": "registry.acme.example/base/python:3.11-slim@sha256:9f86d081884c7d659a2feaa0c55ad015"
            "a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "registry": "registry.acme.example",
            "repository": "base/python",
            "tag": "3.11-slim",
            "digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "scratch": False,
            "name": "registry.acme.example/base/python",
            "platform": Unresolved("$BUILDPLATFORM", "BUILDPLATFORM is set by the builder"),
        },
        "in_final_image": True,
        "role": "base",
        "global_args": {"REGISTRY": "registry.acme.example", "PYTHON_TAG": None},
        "build_args": {"APP_UID": "10001"},
        "env": {"HF_HOME": "/models", "HF_HUB_OFFLINE": "1"},
        "labels": {"org.opencontainers.image.title": "claims triage", "model-id": "claims-triage"},
        "run": ["groupadd -g ${APP_UID} app &&     useradd -u ${APP_UID} -g app app"],
        "user": {"name": "10001", "group": "app", "root": False},
    }
    assert [each["instruction"] for each in instructions] == ["FROM", "ARG", "ENV", "LABEL", "RUN", "USER"]
    assert instructions[0]["flags"] == {"platform": "$BUILDPLATFORM"}
    lines = {
        "base.digest": 5,
        "name": 5,
        "global_args.PYTHON_TAG": 3,
        "build_args.APP_UID": 6,
        "env.HF_HOME": 7,
        "env.HF_HUB_OFFLINE": 9,
        "labels.model-id": 10,
        "run[0]": 11,
        "user.root": 13,
        "instructions[4]": 11,
        "exposed_ports": 5,
    }
    assert {path: line(stage, path) for path in lines} == lines


def test_a_here_document_does_not_change_the_user() -> None:
    stage = fixture("serve.Dockerfile").resources[1]
    assert stage.attributes["user"] == {"name": "root", "root": True}
    assert stage.attributes["add"] == [
        {
            "sources": ["https://models.acme.example/claims-triage/model.safetensors"],
            "destination": "/models/",
            "checksum": "sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d",
        }
    ]
    body = "USER root\nhf download acme/claims-triage --revision 4f0c2d1e9a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d\n"
    assert stage.attributes["run"] == [body]
    assert stage.attributes["instructions"][-1] == {
        "instruction": "RUN",
        "text": "--mount=type=secret,id=hf_token --mount=type=cache,target=/root/.cache <<EOF",
        "flags": {"mount": ["type=secret,id=hf_token", "type=cache,target=/root/.cache"]},
        "arguments": ["<<EOF"],
        "heredoc": body,
    }
    assert (line(stage, "user.name"), line(stage, "add[0].checksum"), line(stage, "run[0]")) == (16, 17, 19)
    assert stage.locate(("run", 0)).end_line == 22


def test_the_final_stage_has_the_image_configuration_of_the_stage_it_starts_from() -> None:
    stage = fixture("serve.Dockerfile").resources[2]
    attributes = stage.attributes
    assert attributes["base"] == {"reference": "base", "stage": "base", "scratch": False}
    assert attributes["user"] == {"name": "10001", "group": "app", "root": False}
    assert attributes["env"] == {"HF_HOME": "/models", "HF_HUB_OFFLINE": "1"}
    assert attributes["labels"]["model-id"] == "claims-triage"
    assert attributes["copy"] == [
        {"sources": ["/models"], "destination": "/models", "from": "weights"},
        {"sources": ["<<-CONF"], "destination": "/etc/serve.conf"},
    ]
    assert attributes["exposed_ports"] == [
        8000,
        9000,
        9001,
        Unresolved("$METRICS_PORT", "no ARG or ENV before this line sets METRICS_PORT"),
    ]
    assert attributes["entrypoint"] == ["python", "-m", "vllm.entrypoints.openai.api_server"]
    assert attributes["cmd"] == ["--model", "/models"]
    assert attributes["instructions"][-1]["trigger"] == {
        "instruction": "USER",
        "text": "root",
        "flags": {},
        "arguments": ["root"],
    }
    assert {"run", "add", "build_args", "global_args"}.isdisjoint(attributes)
    lines = {
        "base": 24,
        "user.root": 13,
        "env.HF_HUB_OFFLINE": 9,
        "copy[1]": 26,
        "exposed_ports[2]": 29,
        "entrypoint": 30,
        "cmd[0]": 31,
        "instructions[6]": 32,
    }
    assert {path: line(stage, path) for path in lines} == lines


def test_columns_point_at_the_word() -> None:
    stage = only("FROM --platform=linux/amd64 python:3.11 AS run\nEXPOSE 80 \\\n  443\n")
    base, port = stage.locate(("base", "tag")), stage.locate(("exposed_ports", 1))
    assert (base.start_column, base.end_column) == (29, 39)
    assert (port.start_line, port.start_column, port.end_line, port.end_column) == (3, 3, 3, 5)


def test_a_windows_dockerfile() -> None:
    (stage,) = fixture("windows.Dockerfile").resources
    assert stage.attributes["user"] == {"name": "ContainerAdministrator", "root": True}
    assert stage.attributes["copy"] == [{"sources": ["app"], "destination": "C:\\app\\"}]
    assert stage.attributes["run"] == ["Install-Package A;     Install-Package B"]
    assert stage.attributes["cmd"] == ["powershell", "-Command", "Start-Service app"]
    assert line(stage, "user.root") == 7


def test_windows_line_ends_change_nothing() -> None:
    text = (FIXTURES / "serve.Dockerfile").read_text()
    plain, windows = parse(text), parse("\ufeff" + text.replace("\n", "\r\n"))
    assert [dict(stage.attributes) for stage in windows.resources] == [dict(s.attributes) for s in plain.resources]
    assert [stage.locate(("user",)) for stage in windows.resources] == [s.locate(("user",)) for s in plain.resources]


@pytest.mark.parametrize(
    ("written", "user"),
    [
        ("app", {"name": "app", "root": False}),
        ("1000:1000", {"name": "1000", "group": "1000", "root": False}),
        ("root", {"name": "root", "root": True}),
        ("0", {"name": "0", "root": True}),
        ("00:0", {"name": "00", "group": "0", "root": True}),
        ('"root"', {"name": "root", "root": True}),
        ("${U:-root}", {"name": "root", "root": True}),
        ("$KNOWN", {"name": "serve", "root": False}),
        ("rootless", {"name": "rootless", "root": False}),
    ],
)
def test_user(written: str, user: dict[str, Any]) -> None:
    assert last(f"FROM x\nARG KNOWN=serve\nARG U\nUSER {written}\n")["user"] == user


def test_a_user_that_depends_on_an_argument_is_unknown() -> None:
    unknown = Unresolved("${U}:${G:-100}", "ARG U has no default")
    user = last("FROM x\nARG U\nARG G\nUSER ${U}:${G:-100}\n")["user"]
    assert user == {"name": unknown, "group": "100", "root": unknown}


def test_a_stage_without_user_has_none_and_the_last_one_counts() -> None:
    assert "user" not in last("FROM x\nRUN y\n")
    assert last("FROM x\nUSER root\nRUN y\nuser app\n")["user"]["name"] == "app"
    assert "user" not in last("FROM x AS a\nUSER app\nFROM y\n")
    assert last("FROM x AS a\nUSER app\nFROM A as b\nFROM b\n")["user"]["name"] == "app"
    assert "user" not in last("FROM x\nONBUILD USER app\n")


def test_an_inherited_user_group_does_not_survive_a_new_user() -> None:
    assert last("FROM x AS a\nUSER app:grp\nFROM a\nUSER root\n")["user"] == {"name": "root", "root": True}


def test_bases() -> None:
    def base(text: str) -> dict[str, Any]:
        return dict(last(text)["base"])

    assert base("FROM scratch\n") == {"reference": "scratch", "repository": "scratch", "scratch": True}
    assert base("ARG V=3.11\nFROM python:$V\n")["tag"] == "3.11"
    assert base("ARG V\nFROM python:$V\n")["tag"] == Unresolved("python:$V", "ARG V has no default")
    assert base("FROM x\nARG V=1\nFROM y:$V\n")["tag"] == Unresolved("y:$V", "no ARG or ENV before this line sets V")
    assert base("ARG S=run\nFROM x AS run\nFROM ${S}\n") == {"reference": "run", "stage": "run", "scratch": False}


def test_arguments_and_environment() -> None:
    attributes = last(
        'ARG OUTER=o\nARG BARE\nFROM x\nARG OUTER\nARG BARE\nARG OWN=${OUTER}1\nENV E=$OWN E2=$E F="a b"\n'
        "ARG E=arg\nENV G=$E\n"
    )
    assert attributes["build_args"] == {"OUTER": "o", "BARE": None, "OWN": "o1", "E": "arg"}
    unseen = Unresolved("$E", "no ARG or ENV before this line sets E")
    assert attributes["env"] == {"E": "o1", "E2": unseen, "F": "a b", "G": "o1"}


def test_a_global_argument_is_unknown_in_a_stage_that_does_not_name_it() -> None:
    assert last("ARG U=app\nFROM x\nUSER $U\n")["user"]["root"] == Unresolved(
        "$U", "no ARG or ENV before this line sets U"
    )


def test_commands() -> None:
    assert last("FROM x\nCMD python -m app\n")["cmd"] == ["/bin/sh", "-c", "python -m app"]
    assert last('FROM x\nSHELL ["/bin/bash","-c"]\nENTRYPOINT exec app\n')["entrypoint"] == [
        "/bin/bash",
        "-c",
        "exec app",
    ]
    assert last('FROM x\nRUN ["pip", "install", "a b"]\n')["run"] == ["pip install 'a b'"]
    inherited = "FROM x AS a\nENTRYPOINT app\nCMD serve\nFROM a\n"
    assert last(inherited)["cmd"][-1] == "serve"
    assert "cmd" not in last(inherited + 'ENTRYPOINT ["other"]\n')
    assert last(inherited + 'CMD ["mine"]\nENTRYPOINT ["other"]\n')["cmd"] == ["mine"]


def test_a_here_document_is_part_of_its_command() -> None:
    assert last("FROM x\nRUN python3 <<EOF\nprint(1)\nEOF\n")["run"] == ["python3 <<EOF\nprint(1)\n"]


def test_stages_without_name_or_with_the_same_name_have_their_own_address() -> None:
    parsed = parse("FROM a\nFROM b AS x\nFROM c AS x\n")
    assert [stage.address for stage in parsed.resources] == ["Dockerfile#0", "Dockerfile#x", "Dockerfile#2"]
    assert "name" not in parsed.resources[0].attributes


def test_secrets_are_kept() -> None:
    parsed = parse(
        "ARG OUTER_TOKEN=outer-value\nFROM x\nARG HF_TOKEN\nENV API_KEY=first-value OTHER=open\n"
        "ENV API_KEY=\nLABEL password='label value'\nENV DB_PASSWORD=$HF_TOKEN\n"
        "RUN curl -H hf_abcdefghijklmnopqrstuvwxyzabcdefgh x\n"
    )
    assert parsed.secrets == {
        "outer-value",
        "first-value",
        "label value",
        "hf_abcdefghijklmnopqrstuvwxyzabcdefgh",
    }


def test_everything_readable_of_a_broken_file_is_read() -> None:
    parsed = fixture("broken.Dockerfile")
    unread = "; this instruction was not read"
    assert told(parsed) == [
        (1, f"RUN stands before the first FROM{unread}"),
        (3, f"unknown instruction FETCH{unread}"),
        (4, f"ENV takes a name and a value{unread}"),
        (5, f"COPY takes one or more sources and a destination{unread}"),
        (6, f"EXPOSE takes ports from 0 to 65535 and ranges such as 8000-8010{unread}"),
        (7, f"USER takes one name or number, and may name a group after a colon{unread}"),
        (9, "the here-document EOF has no end; add the line that ends it"),
    ]
    (stage,) = parsed.resources
    assert stage.attributes["user"] == {"name": "app", "root": False}
    assert stage.attributes["run"] == ["echo never ends\n"]
    assert {"env", "copy", "exposed_ports"}.isdisjoint(stage.attributes)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "ARG A=1\n"])
def test_a_file_without_from_is_an_error(text: str) -> None:
    parsed = parse(text)
    assert parsed.resources == ()
    assert told(parsed) == [(1, "no FROM instruction, so there is no image to judge; add one, or exclude the file")]


@pytest.mark.parametrize("line_", ["ONBUILD FROM x", "ONBUILD ONBUILD RUN y", "SHELL bash -c", "USER $EMPTY"])
def test_other_refusals_name_their_line(line_: str) -> None:
    ((number, message),) = told(parse(f"FROM x\nARG EMPTY=\n{line_}\n"))
    assert number == 3
    assert message.endswith("; this instruction was not read")


def test_a_template_is_not_judged_silently() -> None:
    parsed = parse("FROM {{ base }}\nUSER root\n", "Dockerfile.j2")
    assert parsed.resources == ()
    assert told(parsed) == [
        (1, "a template of a Dockerfile cannot be read; render it and scan the result, or exclude it")
    ]


def test_several_files_are_read_at_once() -> None:
    files = [SourceFile(f"{name}/Dockerfile", "dockerfile", "FROM x\n") for name in ("a", "b")]
    parsed = DOCKERFILE.parse(files, ParseContext(Path("/")))
    assert [stage.key for stage in parsed.resources] == [
        "a/Dockerfile::a/Dockerfile#0",
        "b/Dockerfile::b/Dockerfile#0",
    ]


def test_the_number_of_instructions_is_limited() -> None:
    parsed = parse("FROM x\n" + "USER app\n" * 10_000 + "USER root\n")
    assert told(parsed) == [(10_001, "more than 10,000 instructions; what follows was not read")]
