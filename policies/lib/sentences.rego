# Sentences of documents in prose, and whether they deny what they speak of.
package lib.sentences

import rego.v1

# The sentences of a Markdown text in small letters, with one space around every word. What the introduction of a list
# denies ("must not be used for:") is denied for each of its items.
of_prose(text) := {sentence | some paragraph in paragraphs(text); some sentence in of_paragraph(paragraph)}

# The same for a text in which every line is one of its own.
of_lines(text) := {sentence | some line in split(text, "\n"); some sentence in of_paragraph(line)}

# A list belongs to the paragraph before it.
paragraphs(text) := regex.split(`\n\s*\n`, joined) if {
	joined := regex.replace(regex.replace(text, `:\s*\n\s*`, ":\n"), `\n\s*\n(\s*[-*+•]\s)`, "\n$1")
}

of_paragraph(paragraph) := {sentence |
	items := regex.split(`\n\s*(?:[-*+•]|[0-9]+[.)])\s+`, concat("", ["\n", paragraph]))
	some i, item in items
	some part in regex.split(`[.!?](?:\s|$)`, item)
	sentence := plain(concat(" ", [denying_introduction(items, i), part]))
}

denying_introduction(items, i) := last if {
	i > 0
	parts := regex.split(`[.!?]\s+`, items[0])
	last := parts[count(parts) - 1]
	is_denied(plain(last))
} else := ""

# Small letters, and one space around every word.
plain(text) := concat("", [" ", trim_space(regex.replace(lower(text), `[^\p{L}\p{N}'’]+`, " ")), " "])

# Whether a plain sentence says that something is not so.
is_denied(sentence) if {
	regex.match(denials, sentence)
	not regex.match(`\bnot (only|just|merely)\b|\bnicht nur\b`, sentence)
}

denials := concat("|", [
	`\b(not|never|no|nor|neither|cannot|without|except|avoid|unsuitable|out of scope)\b`,
	`\b(exclud|prohibit|forbid)[a-z]*\b`,
	`n['’]t\b|\b(rather than|instead of)\b`,
	`\b(nicht|nie|niemals|kein[a-z]*|ohne|außer|verboten|unzulässig)\b`,
])

# Whether a plain text has these words in a row, also in the plural.
has_words(text, words) if {
	some ending in [" ", "s ", "es "]
	contains(text, concat("", [trim_suffix(plain(words), " "), ending]))
}
