"""What Checkov is given of Dockerfiles: names that it knows, and no here-documents."""

from pathlib import Path

from tests.engines.checkov.units.divided import FIXTURES, addresses, divided, lines, write

NAME = "the Dockerfiles"


def staged(folder: Path, text: str, name: str = "Dockerfile") -> list[str]:
    return lines(divided(write(folder, {name: text}))[NAME], name)


def test_all_dockerfiles_are_one_unit_under_names_that_checkov_knows(tmp_path: Path) -> None:
    text = "FROM python:3.12 AS app\n"
    names = [
        "Dockerfile",
        "a/Dockerfile.gpu",
        "b/serve.Dockerfile",
        "c/Containerfile",
        "d/dockerfile-x",
        "e/x.containerfile",
    ]
    unit = divided(write(tmp_path, dict.fromkeys(names, text)))[NAME]
    assert [unit.path_of(f"/{seen}") for seen in unit.files] == names
    assert unit.paths == {
        "c/Containerfile.Dockerfile": "c/Containerfile",
        "d/dockerfile-x.Dockerfile": "d/dockerfile-x",
        "e/x.containerfile.Dockerfile": "e/x.containerfile",
    }
    assert set(unit.files.values()) == {text.encode()}
    assert addresses(unit) == [f"{name}#app" for name in names]


def test_a_script_of_the_shell_becomes_the_command_of_its_run(tmp_path: Path) -> None:
    text = (
        "FROM a:1\nRUN --network=none <<-'END'\n\tset -e\n\n\t# sudo\n\tcurl -k x \\\n\t  y\n\tEND\n"
        "RUN /bin/bash -eu <<X\nsudo z\nX\nUSER app\n"
    )
    assert staged(tmp_path, text) == [
        "FROM a:1",
        "RUN --network=none \\",
        "\tset -e && \\",
        "\\",
        "\t# sudo",
        "\tcurl -k x \\",
        "\t  y && \\",
        "true",
        "RUN  \\",
        "sudo z && \\",
        "true",
        "USER app",
        "",
    ]


def test_the_text_of_some_file_becomes_blank_lines(tmp_path: Path) -> None:
    text = (
        "FROM a:1\nRUN python3 <<'PY'\nUSER root\nPY\nCOPY <<A <<B /etc/\nUSER a\nA\nUSER b\nB\n"
        "RUN <<EOF cat > /x\nEXPOSE 22\nEOF\nRUN <<EOF\n#!/usr/bin/env python3\nUSER root\nEOF\nUSER app\n"
    )
    found = staged(tmp_path, text)
    assert len(found) == len(text.split("\n"))
    assert {number: line for number, line in enumerate(found, 1) if line} == {
        1: "FROM a:1",
        2: "RUN python3 <<'PY'",
        5: "COPY <<A <<B /etc/",
        10: "RUN  <<EOF cat > /x",
        13: "RUN  <<EOF",
        17: "USER app",
    }


def test_the_escape_character_is_the_one_of_the_file(tmp_path: Path) -> None:
    assert staged(tmp_path, "# escape=`\nFROM a:1\nRUN <<X\nb\nX\n")[2:5] == ["RUN `", "b && `", "true"]
    other = "# a comment\n# escape=`\nFROM a:1\nRUN <<X\nb\nX\n"
    assert staged(tmp_path / "other", other)[3:6] == ["RUN \\", "b && \\", "true"]


def test_a_here_document_without_an_end_keeps_its_last_line(tmp_path: Path) -> None:
    assert staged(tmp_path, "FROM a:1\nRUN <<X\nb\nsudo c")[1:] == ["RUN \\", "b && \\", "sudo c"]


def test_lines_end_where_docker_ends_them(tmp_path: Path) -> None:
    assert staged(tmp_path, "\ufeffFROM a:1\r\nRUN x\vy\u2028z\rw\r\nUSER u\r\n") == [
        "FROM a:1\r",
        "RUN x y z w\r",
        "USER u\r",
        "",
    ]


def test_no_line_of_an_odd_file_moves_and_none_outside_of_here_documents_changes() -> None:
    folder = FIXTURES / "parsers/dockerfile"
    unit = divided(folder)[NAME]
    assert len(unit.files) > 10
    changed = set()
    for path, content in unit.files.items():
        name = unit.path_of(f"/{path}")
        before = (FIXTURES.parent / name).read_bytes().decode("utf-8-sig").split("\n")
        after = content.decode().split("\n")
        assert len(before) == len(after), name
        if any(one != other for one, other in zip(before, after, strict=True)):
            changed.add(Path(name).name)
            assert "<<" in "\n".join(before)
    assert {"dockerfile-in-heredoc.Dockerfile", "user-in-heredoc.Dockerfile"} <= changed
