"""How a Dockerfile is cut into instructions."""

import time

import pytest

from scanner.parsers.dockerfile.lines import Instruction, Word, escape_character, instructions, physical_lines


def cut(text: str) -> list[Instruction]:
    lines = physical_lines(text)
    return list(instructions("Dockerfile", lines, escape_character(lines)))


def test_continuations_comments_and_blank_lines_inside_an_instruction() -> None:
    (first, second) = cut("  RUN a && \\\n    # why\n\n  b && \\  \n  c\nUSER app\n")
    assert (first.keyword, first.text) == ("RUN", "a &&   b &&   c")
    assert (first.location.start_line, first.location.start_column) == (1, 3)
    assert (first.location.end_line, first.location.end_column) == (5, 3)
    assert (second.keyword, second.text, second.location.start_line) == ("USER", "app", 6)


def test_a_word_is_located_on_its_own_line() -> None:
    (env,) = cut("ENV A=1 \\\n  # c\n  B=2 \\\n\tC=3")
    where = {name: env.locate(Word(f"{name}=", env.text.index(f"{name}="))) for name in "ABC"}
    assert {name: (at.start_line, at.start_column) for name, at in where.items()} == {
        "A": (1, 5),
        "B": (3, 3),
        "C": (4, 2),
    }


def test_a_doubled_escape_does_not_continue_the_line() -> None:
    assert [each.text for each in cut("ENV A c:\\\\\nUSER app")] == ["A c:\\\\", "app"]


def test_the_escape_directive_changes_the_continuation() -> None:
    text = "# syntax=docker/dockerfile:1\n# escape=`\nRUN a `\n  b\nCOPY x c:\\\nUSER app"
    assert [each.text for each in cut(text)] == ["a   b", "x c:\\", "app"]


@pytest.mark.parametrize("before", ["# a comment\n", "\n", "FROM x\n"])
def test_the_escape_directive_counts_only_at_the_top(before: str) -> None:
    assert escape_character((before + "# escape=`\n").split("\n")) == "\\"


def test_an_escape_of_another_character_is_ignored() -> None:
    assert escape_character(["# escape=x"]) == "\\"


def test_the_file_may_end_in_a_continuation() -> None:
    assert [each.text for each in cut("FROM x\nRUN a \\\n")] == ["x", "a"]


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("RUN <<EOF", "EOF"),
        ('RUN <<"EOF"', "EOF"),
        ("RUN <<'EOF'", "EOF"),
        ("RUN << EOF", "EOF"),
        ("RUN <<-EOF", "\t\tEOF"),
        ("run cat <<EOF > /etc/x", "EOF"),
        ("RUN 3<<EOF cat /dev/fd/3", "EOF"),
        ("COPY --chmod=755 <<EOF /x", "EOF"),
        ("ADD <<EOF /x", "EOF"),
        ("ONBUILD RUN <<EOF", "EOF"),
        ("RUN --mount=type=cache,target=/x \\\n  <<EOF", "EOF"),
    ],
)
def test_a_here_document_is_no_instruction(opening: str, closing: str) -> None:
    text = f"{opening}\nUSER root\n# no comment\n{closing}\nUSER app"
    (first, last) = cut(text)
    assert first.heredocs == ("USER root\n# no comment\n",)
    assert first.location.end_line == text.count("\n")
    assert (last.keyword, last.text) == ("USER", "app")


def test_several_here_documents_follow_one_another() -> None:
    (first, last) = cut("COPY <<A <<-B /x/\none\nA\n\ttwo\n\tB\nUSER app")
    assert first.heredocs == ("one\n", "two\n")
    assert last.text == "app"


@pytest.mark.parametrize(
    "line",
    [
        "RUN echo $((1 << 3))",
        "RUN cat <<<EOF",
        "RUN echo '<<EOF'",
        "RUN echo a<<EOF",
        "CMD cat <<EOF",
        "ENV A=<<EOF",
        'RUN ["cat", "<<EOF"]',
    ],
)
def test_what_only_looks_like_a_here_document(line: str) -> None:
    (first, last) = cut(f"{line}\nUSER app")
    assert first.heredocs == ()
    assert last.text == "app"


def test_a_here_document_without_end_takes_the_rest_and_says_so() -> None:
    (first,) = cut("RUN <<EOF\nUSER root\n EOF")
    assert (first.unterminated, first.heredocs) == ("EOF", ("USER root\n EOF\n",))


def test_windows_line_ends_and_empty_files() -> None:
    assert [each.text for each in cut("\ufeffFROM x\r\nRUN a \\\r\n b\r\n")] == ["x", "a  b"]
    assert cut("") == []
    assert cut("\\\n\n# only\n") == []


@pytest.mark.parametrize("line", ["RUN a << b\n", "# escape= \t \t \t ", "RUN <<a <<a <<a\na\n"])
def test_reading_takes_time_in_proportion_to_the_text(line: str) -> None:
    start = time.process_time()
    cut(line * 20_000)
    assert time.process_time() - start < 5
