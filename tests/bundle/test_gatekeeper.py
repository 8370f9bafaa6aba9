"""Gatekeeper's files as policies: what a Constraint becomes, and what is refused by name and line."""

from pathlib import Path

import pytest

from scanner.bundle import load_bundle
from scanner.bundle.gatekeeper import is_gatekeeper
from scanner.bundled import bundled_path
from scanner.core.notification import Level
from scanner.core.policy import Severity
from tests.engines.gatekeeper.judging import constraint, errors, policies, template

_RULE = 'violation[{"msg": "no"}] { input.review.object.spec.open }'


def test_a_constraint_is_a_policy_with_an_id_of_its_own() -> None:
    described = template(_RULE).replace(
        "annotations:", "annotations:\n    description: |\n      Doors are shut. See https://doors.example/why.", 1
    )
    found, other = policies(described, constraint(name="shut"), constraint(name="closed.twice"))
    assert (found.id, found.title, found.engine) == ("Tested.shut", "A rule of the tests", "gatekeeper")
    assert (found.rationale, found.references) == (
        "Doors are shut. See https://doors.example/why.",
        ("https://doors.example/why",),
    )
    assert (found.applies_to.format, found.applies_to.types, str(found.location)) == (
        "kubernetes",
        ("*",),
        "policies/1.yaml:5",
    )
    assert other.id == "Tested.closed.twice"


@pytest.mark.parametrize(
    ("spec", "severity"),
    [
        ("{}", Severity.HIGH),
        ("{enforcementAction: deny}", Severity.HIGH),
        ("{enforcementAction: warn}", Severity.MEDIUM),
        ("{enforcementAction: dryrun}", Severity.LOW),
        (
            "{enforcementAction: scoped, scopedEnforcementActions: "
            "[{action: dryrun, enforcementPoints: [{name: a}]}, {action: warn, enforcementPoints: [{name: b}]}]}",
            Severity.MEDIUM,
        ),
    ],
)
def test_what_gatekeeper_does_about_a_violation_is_its_severity(spec: str, severity: Severity) -> None:
    text = constraint().partition("spec:")[0] + f"spec: {spec}\n"
    (found,) = policies(template(_RULE), text)
    assert found.severity is severity


def test_an_annotation_says_the_severity_in_our_words() -> None:
    text = constraint().replace("name: one", "name: one\n  annotations: {releasegate/severity: critical}")
    (found,) = policies(template(_RULE), text)
    assert found.severity is Severity.CRITICAL
    (error,) = errors(template(_RULE), text.replace("critical", "critcal"))
    assert error.message.startswith("unknown severity 'critcal'")
    assert error.message.endswith("did you mean critical?")


_SCHEMA = """
          type: object
          properties:
            names: {type: array, items: {type: string, pattern: "^[a-z]+$"}}
            port: {x-kubernetes-int-or-string: true}
            label: {type: string, nullable: true}
            free: {type: object, x-kubernetes-preserve-unknown-fields: true}
            deep:
              type: object
              default: {}
              properties:
                level: {type: integer, default: 2, maximum: 5, exclusiveMaximum: true}
"""


def _with_schema(schema: str = _SCHEMA) -> str:
    head, _, rest = template(_RULE).partition("          type: object\n")
    return head + schema.lstrip("\n") + rest[rest.index("  targets:") :]


def test_parameters_get_the_defaults_of_the_schema() -> None:
    (found,) = policies(_with_schema(), constraint(parameters="{names: [a], port: http, free: {x: [1]}}"))
    assert found.rule.constraint["spec"]["parameters"] == {
        "names": ["a"],
        "port": "http",
        "free": {"x": [1]},
        "deep": {"level": 2},
    }
    without = constraint().replace("  parameters: {}\n", "")
    (found,) = policies(_with_schema(), without)
    assert found.rule.constraint["spec"]["parameters"] == {}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("{names: a}", "parameters.names: 'a' is not of type 'array'"),
        ("{names: [a, B]}", "parameters.names[1]: 'B' does not match '^[a-z]+$'"),
        ("{port: 1.5}", "parameters.port: 1.5 is not of type 'integer', 'string'"),
        ("{deep: {level: 5}}", "parameters.deep.level: 5 is greater than or equal to the maximum of 5"),
        ("{nams: [a]}", "parameters.nams: the template has no parameter 'nams'; did you mean names?"),
        ("{deep: {leval: 1}}", "parameters.deep.leval: the template has no parameter 'leval'; did you mean level?"),
        ("[a]", "parameters: ['a'] is not of type 'object'"),
    ],
)
def test_parameters_that_do_not_fit_the_schema_are_refused_at_their_line(parameters: str, message: str) -> None:
    (error,) = errors(_with_schema(), constraint(parameters=parameters))
    assert error.message == f"Tested.one: {message}"
    assert (error.location.path, error.location.start_line, error.level) == ("policies/1.yaml", 8, Level.ERROR)


def test_a_legacy_schema_takes_what_it_does_not_name() -> None:
    legacy = template(_RULE).replace("sh/v1\n", "sh/v1beta1\n", 1)
    (found,) = policies(legacy, constraint(parameters="{other: 1}"))
    assert found.rule.constraint["spec"]["parameters"] == {"other": 1, "wanted": "blue"}
    (error,) = errors(template(_RULE), constraint(parameters="{other: 1}"))
    assert error.message == "Tested.one: parameters.other: the template has no parameter 'other'"


_CEL = (
    template(_RULE).partition("  targets:")[0]
    + """
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source: {validations: [{expression: "true"}]}
"""
)
_LIBRARY = """
      libs:
        - |
          package %s
          f(x) { x == 1 }
"""


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (_CEL, "it is written in CEL alone (K8sNativeValidation), which is not evaluated here; only Rego is", 22),
        (template(""), "its Rego has no rule `violation`", 1),
        (template('violation[{"msg": "no"}] {'), "", 24),
        (
            template('violation[{"msg": m}] { m := external_data({"provider": "p", "keys": []}) }'),
            "it asks a provider of external data over the network, which a scan has not",
            24,
        ),
        (
            template('violation[{"msg": m}] { m := data.other.thing }'),
            "it refers to data.other.thing, and Gatekeeper gives only data.inventory and data.lib",
            24,
        ),
        (
            template('violation[{"msg": "no"}] { data.lib.a.g(1) }') + _LIBRARY % "lib.a",
            "none of its libraries has the function data.lib.a.g",
            24,
        ),
        (
            template(_RULE) + _LIBRARY % "other.a",
            "the package of a library lies below lib, not other.a",
            1,
        ),
        (template(_RULE).replace("admission.k8s", "other"), "its target is not admission.k8s.gatekeeper.sh", 20),
        (
            template(_RULE).replace("name: tested", "name: other"),
            "its name has to be that of the kind in lower case",
            5,
        ),
        (template(_RULE).replace("sh/v1\n", "sh/v2\n"), "its version is v2, and only v1, v1beta1, v1alpha1", 2),
    ],
)
def test_a_template_that_cannot_run_is_refused_by_name_and_says_what_is_lost(
    text: str, message: str, line: int
) -> None:
    (error,) = errors(text, constraint())
    assert error.message.startswith(f"the template Tested is refused: {message}")
    assert error.message.endswith("; not evaluated: Tested.one")
    assert (error.location.path, error.location.start_line, error.level) == ("policies/0.yaml", line, Level.ERROR)


@pytest.mark.parametrize(
    ("texts", "message", "level"),
    [
        (
            [constraint()],
            "Tested.one was not evaluated: no ConstraintTemplate is here for the kind Tested",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint(kind="Testd")],
            "Testd.one was not evaluated: no ConstraintTemplate is here for the kind Testd; did you mean Tested?",
            Level.ERROR,
        ),
        ([template(_RULE)], "no Constraint uses the template Tested, so it judges nothing", Level.WARNING),
        (
            [template(_RULE), constraint("{kind: [{kinds: [Pod]}]}")],
            "Tested.one: spec.match has no kind; did you mean kinds?",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint("{labelSelector: {matchExpressions: [{key: a, operator: Is}]}}")],
            "Tested.one: match.labelSelector has the unknown operator 'Is': expected In, NotIn, Exists, DoesNotExist",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint("{labelSelector: {matchExpressions: [{key: a, operator: In}]}}")],
            "Tested.one: match.labelSelector has the operator In without values",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint("{namespaces: ['a*b']}")],
            "Tested.one: match.namespaces has to list names, with * at an end at most",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint().replace("match:", "enforcementAction: block\n  match:")],
            "Tested.one: unknown enforcementAction 'block': expected deny, warn, dryrun, scoped",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint(), constraint()],
            "Tested.one is already defined in policies/1.yaml:5; give this Constraint its own name",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint(), "apiVersion: v1\nkind: Pod\nmetadata: {name: sample}\n"],
            "the Pod sample is no policy and was left aside",
            Level.NOTE,
        ),
        (
            [
                template(_RULE),
                constraint(),
                "apiVersion: mutations.gatekeeper.sh/v1\nkind: Assign\nmetadata: {name: pull}\n",
            ],
            "the Assign pull changes objects in the cluster; objects are judged as they are written",
            Level.NOTE,
        ),
        (
            [
                "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n"
                "metadata: {name: replicas}\n"
            ],
            "the ValidatingAdmissionPolicy replicas is written in CEL and was not evaluated",
            Level.ERROR,
        ),
        (
            [template(_RULE), constraint(parameters="{wanted: {{ .Values.colour }} }")],
            "a Helm template, which nobody has rendered; give what `helm template` writes",
            Level.ERROR,
        ),
    ],
)
def test_what_is_wrong_or_left_aside_is_said(texts: list[str], message: str, level: Level) -> None:
    found = errors(*texts)
    assert (message, level) in [(each.message, each.level) for each in found]


def test_two_templates_of_one_kind_are_refused() -> None:
    found = errors(template(_RULE), template('violation[{"msg": "yes"}] { true }'), constraint())
    assert [each.message for each in found] == [
        "the kind Tested already has a template in policies/0.yaml:2; keep one; not evaluated: Tested.one"
    ]
    assert found[0].location.path == "policies/1.yaml"


def test_files_of_ours_are_not_taken_for_kubernetes() -> None:
    assert is_gatekeeper(constraint())
    assert not is_gatekeeper("id: A-1\nkind: x\n")


def test_a_folder_with_templates_is_a_bundle(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    (folder / "gatekeeper").mkdir(parents=True)
    (folder / "gatekeeper" / "template.yaml").write_text(template(_RULE))
    (folder / "gatekeeper" / "constraint.yaml").write_text(constraint())
    bundle = load_bundle([bundled_path(), folder], {})
    assert not bundle.notifications
    (found,) = [policy for policy in bundle.policies if policy.engine == "gatekeeper"]
    assert (found.id, str(found.location)) == ("Tested.one", "house/gatekeeper/constraint.yaml:5")


def test_a_name_cannot_reach_into_the_rego() -> None:
    (error,) = errors(template(_RULE), constraint(name="'a\"]; true'"))
    assert error.message.startswith("Tested: 'a\"]; true' is no name for an object")
