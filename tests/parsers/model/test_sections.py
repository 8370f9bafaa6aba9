"""What the headings of a model card say."""

import time

import pytest

from scanner.parsers.model.sections import (
    Said,
    fairness,
    intended_use,
    limitations,
    model_name,
    out_of_scope,
    sections,
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Uses\n\nRanking.\n", Said("Ranking.", 1)),
        ("## Intended use\nRanking.\n", Said("Ranking.", 1)),
        ("## Intended uses & limitations\nRanking.\n", Said("Ranking.", 1)),
        ("## Primary intended uses ##\nRanking.\n", Said("Ranking.", 1)),
        ("## **Use cases:**\nRanking.\n", Said("Ranking.", 1)),
        ("## 3. Intended Use\nRanking.\n", Said("Ranking.", 1)),
        ("## Uses\nAny.\n### Direct Use\nRanking.\n", Said("Ranking.", 3)),
        ("## Uses\n### Direct Use\n[More Information Needed]\n### Out-of-Scope Use\nNo.\n", None),
        ("## Uses\n### Downstream Use\nRanking.\n### Out-of-Scope Use\nNo.\n", Said("Ranking.", 1)),
        ("## Uses\n### Misuse and malicious use\nSpam.\n### Examples\nRanking.\n", Said("Ranking.", 1)),
        ("## Intended uses & limitations\n\nMore information needed\n", None),
        ("## Direct Use\n\n\n## Next\ntext\n", None),
        ("## Direct Use\n{{ direct_use }}\n", None),
        ("## Direct Use\n**TBD**\n", None),
        ("## Direct Use\n<!-- Ranking. -->\n", None),
        ("## Direct Use\n<!-- a\nb --> Ranking.\n", Said("Ranking.", 1)),
        ("```\n## Direct Use\nRanking.\n```\n", None),
        ("~~~~\n```\n## Direct Use\n~~~~\n## Direct Use\nRanking.\n", Said("Ranking.", 5)),
        ("#Direct Use\nRanking.\n", None),
        ("    ## Direct Use\nRanking.\n", None),
        ("## How to use\nimport x\n", None),
        ("## Direct Use\r\nRanking.\r\n", Said("Ranking.", 1)),
        ("", None),
    ],
)
def test_intended_use(text: str, said: Said | None) -> None:
    assert intended_use(sections(text, 1)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("## Limitations\nOld claims.\n", Said("Old claims.", 5)),
        ("### Out-of-Scope Use\nA.\n## Bias, Risks, and Limitations\nB.\n", Said("A.\n\nB.", 5)),
        ("## Known limitation\nA.\n", Said("A.", 5)),
        ("## Bias, Risks, and Limitations\n[More Information Needed]\n### Recommendations\nA.\n", Said("A.", 5)),
        ("## Limitations\n[More Information Needed]\n### Recommendations\n[More Information Needed]\n", None),
        ("# Bias detector\nFinds bias.\n", None),
        ("# Uses\n# Bias, Risks, and Limitations\nA.\n", Said("A.", 6)),
        (
            "## Bias, Risks, and Limitations\n### Recommendations\nUsers (both direct and downstream) should be made"
            " aware of the risks, biases and limitations of the model. More information needed for further"
            " recommendations.\n",
            None,
        ),
        ("## Unlimited asteriskses\nA.\n", None),
    ],
)
def test_limitations(text: str, said: Said | None) -> None:
    assert limitations(sections(text, 5)) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("### Out-of-Scope Use\nA.\n## Bias, Risks, and Limitations\nB.\n", Said("A.", 1)),
        ("## Out of scope\nA.\n", Said("A.", 1)),
        ("### Misuse, Malicious Use\nA.\n", Said("A.", 1)),
        ("### Prohibited uses\nA.\n", Said("A.", 1)),
        ("### Out-of-Scope Use\n[More Information Needed]\n", None),
        ("## Limitations\nA.\n", None),
    ],
)
def test_out_of_scope_use(text: str, said: Said | None) -> None:
    assert out_of_scope(sections(text, 1)) == said


def test_fairness_and_name() -> None:
    found = sections("# Model Card for `claims-triage`\n## Limitations\nA.\n## Fairness evaluation\nB.\n", 1)
    assert fairness(found) == Said("B.", 4)
    assert model_name(found) == Said("claims-triage", 1)
    assert model_name(sections("# Model Card for {{ model_id }}\n# Other\n", 1)) is None


@pytest.mark.parametrize("line", ["{{", "<!--", "# a" + " " * 200, "#" * 50, "```", "-->", "[more "])
def test_reading_takes_time_in_proportion_to_the_text(line: str) -> None:
    start = time.process_time()
    sections("## Uses\n" + line * 30_000, 1)
    sections("## Uses\n" + (line + "\n") * 30_000, 1)
    assert time.process_time() - start < 5
