# METADATA
# title: Chat templates are safe
# description: >-
#   A chat template is a program in Jinja that the server runs for every request, and that decides what the model is told.
#   One that reaches for `__class__` and the like tries to leave the sandbox, which not every server has. One that adds
#   sentences when a user writes a certain word, or from a certain day on, makes the model somebody else's, and weights and
#   benchmarks do not show it. Templates are parsed, never rendered. What is told of conditions is narrow: a word (not a
#   token such as <think>) sought in a message, or a comparison with the clock, that adds four words or more. A file
#   converted to GGUF has the template of its repository.
# related_resources:
#   - https://huggingface.co/docs/transformers/chat_templating_writing
#   - https://jinja.palletsprojects.com/en/stable/sandbox/
#   - https://cwe.mitre.org/data/definitions/1336.html
# custom:
#   id: SER-007
#   severity: high
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [chat_template]
#   parameters:
#     functions: [cycler, dict, joiner, namespace, raise_exception, range, strftime_now]
#     methods:
#       - append
#       - capitalize
#       - count
#       - endswith
#       - extend
#       - find
#       - format
#       - get
#       - index
#       - isalpha
#       - isdigit
#       - isspace
#       - items
#       - join
#       - keys
#       - lower
#       - lstrip
#       - partition
#       - pop
#       - removeprefix
#       - removesuffix
#       - replace
#       - rfind
#       - rpartition
#       - rsplit
#       - rstrip
#       - split
#       - splitlines
#       - startswith
#       - strip
#       - title
#       - update
#       - upper
#       - values
#   remediation: >-
#     Compare the template with that of the model's own repository, and take that one. Remove attributes with double
#     underscores, imports and invisible characters; put instructions into the system message of the application, where
#     people see them. A function that your server offers to templates can be added to the parameter `functions`.
package releasegate.ser_007

import rego.v1

import data.lib.releasegate as lib

shown(template) := template.attributes.path if template.attributes.name == "default"

shown(template) := sprintf("%s (%s)", [template.attributes.path, template.attributes.name]) if {
	template.attributes.name != "default"
}

# --- What it does ---------------------------------------------------------------------------------

is_wrong(fault) if fault.kind in {"dunder", "computed-attribute", "import", "invisible", "trigger"}

is_wrong(fault) if {
	fault.kind == "call"
	not fault.name in input.parameters.functions
}

is_wrong(fault) if {
	fault.kind == "method"
	not fault.name in input.parameters.methods
	not regex.match(`__\w+__`, fault.name)
}

# One finding for each kind of fault, at the first.
deny contains finding if {
	some template in input.resources.chat_template
	kinds := {fault.kind | some fault in template.attributes.problems; is_wrong(fault)}
	some kind in kinds
	found := [i | some i, fault in template.attributes.problems; fault.kind == kind; is_wrong(fault)]
	first := template.attributes.problems[found[0]]
	finding := {
		"resource": template.key,
		"attribute": sprintf("problems[%d]", [found[0]]),
		"evidence": kind,
		"message": sprintf(
			"the chat template %s is not safe: %s in its line %d%s",
			[shown(template), first.message, first.line, more(count(found) - 1)],
		),
	}
}

more(0) := ""

more(n) := sprintf(", and %d more of this kind", [n]) if n > 0

unknown contains finding if {
	some template in input.resources.chat_template
	some i, fault in template.attributes.problems
	fault.kind == "syntax"
	finding := {
		"resource": template.key,
		"attribute": sprintf("problems[%d]", [i]),
		"message": sprintf("whether the chat template %s is safe is not known", [shown(template)]),
		"cause": sprintf("it cannot be read as Jinja: %s", [fault.message]),
	}
}

# --- The same everywhere --------------------------------------------------------------------------
# A processor may have a template of its own (chat_template.json, processor_config.json), as it handles pictures, and a
# server is given others for what it has to do; what has a rank here is a copy of one template.

rank := {"file": 1, "tokenizer": 2, "gguf": 3}

# The templates of one name in one folder, by their rank.
named[place][level] contains template if {
	some template in input.resources.chat_template
	level := rank[template.attributes.source]
	place := concat("#", [template.attributes.folder, template.attributes.name])
}

# The repository's own, with which the others are compared.
original(ranked) := [template |
	some key in sort([template.key | some template in ranked[min(object.keys(ranked))]])
	template := lib.resource(key)
][0]

deny contains finding if {
	some ranked in named
	other := original(ranked)
	some level, templates in ranked
	level > rank[other.attributes.source]
	some template in templates
	template.attributes.comparable != other.attributes.comparable
	finding := {
		"resource": template.key,
		"attribute": "text",
		"evidence": "differs",
		"message": sprintf("the chat template %s is another one than %s", [shown(template), shown(other)]),
		"related": [{"resource": other.key, "message": "the template that it differs from"}],
	}
}

unknown contains finding if {
	some template in input.resources.chat_template
	lib.unresolved(template.attributes.text)
	finding := {
		"resource": template.key,
		"attribute": "text",
		"message": sprintf("whether the chat template %s is safe is not known", [shown(template)]),
		"cause": lib.cause(template.attributes.text),
	}
}
