"""Evaluates an expression in a scope, so that what is not known stays visible with its cause.

What has no value before deployment is an `Unknown` from the start and stays one through templates, operators,
conditions, lists and functions, which keep what is known of their other parts. Known values are Terraform's own:
`fixtures/parsers/terraform/semantics` holds what Terraform itself says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.parsers.terraform import functions
from scanner.parsers.terraform.alternatives import as_either, in_both, is_present
from scanner.parsers.terraform.budget import Budget, TooMuchWorkError
from scanner.parsers.terraform.conversion import same, truth_of
from scanner.parsers.terraform.free_names import called_functions
from scanner.parsers.terraform.functions.patterns import matching_work
from scanner.parsers.terraform.functions.signature import is_hidden
from scanner.parsers.terraform.hcl import read_template
from scanner.parsers.terraform.iteration import Found, made_of, pairs
from scanner.parsers.terraform.operations import BINARY, UNARY
from scanner.parsers.terraform.partial_json import read_partial_json
from scanner.parsers.terraform.steps import Key, next_step, spread
from scanner.parsers.terraform.syntax import (
    Access,
    Call,
    Conditional,
    Expression,
    For,
    Literal,
    Name,
    ObjectLiteral,
    Opaque,
    Operation,
    Splat,
    Step,
    Template,
    TupleLiteral,
    Variable,
)
from scanner.parsers.terraform.values import (
    EvaluationError,
    Handle,
    NotWorkedOutError,
    Unknown,
    Value,
    derived,
    is_too_large,
    kind_of,
    obstacle,
    text_of,
)

__all__ = ["Budget", "Scope", "TooMuchWorkError", "evaluate", "pairs"]


@dataclass(frozen=True)
class Scope:
    """What the names in an expression mean.

    `names` are `each`, `count`, the iterators of dynamic blocks and what a `for` binds; `root` gives everything else
    (`var`, `local`, resource types). `seen` collects the addresses of the resources that are referred to.
    """

    root: Callable[[str], Value]
    call: Callable[[str, list[Value]], Value] = functions.call
    names: Mapping[str, Value] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    budget: Budget = field(default_factory=Budget)

    def binding(self, names: Mapping[str, Value]) -> "Scope":
        return replace(self, names={**self.names, **names})


def evaluate(expression: Expression, scope: Scope) -> Value:
    """The value of an expression. Raises `EvaluationError` where Terraform would give an error."""
    scope.budget.spend(1)
    return _EVALUATORS[type(expression)](expression, scope)


def step_into(value: Value, step: Step, scope: Scope) -> Value:
    """One part of a value."""
    if isinstance(step, Splat):
        return spread(value, lambda item: _walk(item, step.steps, scope))
    key = Key(step.name, is_name=True) if isinstance(step, Name) else Key(evaluate(step.key, scope), is_name=False)
    if isinstance(value, Handle) and value.address:
        scope.seen.add(value.address)
    return next_step(value, key)


def _walk(value: Value, steps: tuple[Step, ...], scope: Scope) -> Value:
    for step in steps:
        value = step_into(value, step, scope)
    return value


def _literal(expression: Literal, scope: Scope) -> Value:  # noqa: ARG001 - all evaluators look alike
    return expression.value


def _template(expression: Template, scope: Scope) -> Value:
    values = [part if isinstance(part, str) else evaluate(part, scope) for part in expression.parts]
    if is_too_large(values):
        raise NotWorkedOutError("this text is too long")
    for value in values:
        if not is_hidden(value):
            convertible(value)
    scope.budget.spend(sum(len(value) for value in values if isinstance(value, str)) // _ELEMENTS_A_STEP)
    blocked = obstacle(*values)
    if blocked is None:
        return derived("".join(text_of(value) for value in values), *values)
    return Unknown(blocked.reason, blocked.references, read_partial_json(values), present=True)


def convertible(value: Value) -> None:
    """Raises `EvaluationError` for a value that no text can hold."""
    if value is None or isinstance(value, list | dict):
        raise EvaluationError(f"{kind_of(value)} is used inside of text")


def _tuple(expression: TupleLiteral, scope: Scope) -> Value:
    return [evaluate(item, scope) for item in expression.items]


def _object(expression: ObjectLiteral, scope: Scope) -> Value:
    result: dict[str, Value] = {}
    hidden: Value = None
    for key_expression, value_expression, _ in expression.items:
        bare = isinstance(key_expression, Variable)
        key = key_expression.name if isinstance(key_expression, Variable) else evaluate(key_expression, scope)
        value = evaluate(value_expression, scope)
        blocked = None if bare else obstacle(key)
        if blocked is None:
            result[text_of(key)] = value
            continue
        hidden = made_of(hidden or blocked, result, value)
        result = {}  # under which name the value stands is not known; it may replace any of those before it
    return replace(hidden, present=True, parts=result) if isinstance(hidden, Unknown) else hidden or result


def _variable(expression: Variable, scope: Scope) -> Value:
    name = expression.name
    return scope.names[name] if name in scope.names else scope.root(name)


def _access(expression: Access, scope: Scope) -> Value:
    return _walk(evaluate(expression.base, scope), expression.steps, scope)


def _call(expression: Call, scope: Scope) -> Value:
    name = expression.name.removeprefix("core::")
    if name == "try":
        return _try(expression, scope)
    if name == "can":
        return _can(expression, scope)
    if name == "templatestring":
        return _template_string(expression, scope)
    arguments = [evaluate(argument, scope) for argument in expression.arguments]
    if expression.expand and arguments:
        last = arguments.pop()
        if is_hidden(last):
            return obstacle(*arguments, last)
        if not isinstance(last, list):
            raise EvaluationError(f"{kind_of(last)} is used as a list of arguments")
        arguments.extend(last)
    lengths = [len(each) for each in arguments if isinstance(each, str | list | dict)]
    scope.budget.spend(sum(lengths) // _ELEMENTS_A_STEP)
    scope.budget.spend(matching_work(name, arguments) // _TESTS_A_STEP)
    return scope.call(name, arguments)


def _try(expression: Call, scope: Scope) -> Value:
    errors = []
    for argument in expression.arguments:
        try:
            return evaluate(argument, scope)
        except EvaluationError as error:
            errors.append(error)
    references = frozenset().union(*(error.references for error in errors))
    raise EvaluationError("none of the expressions in try() works", references)


def _can(expression: Call, scope: Scope) -> Value:
    if len(expression.arguments) != 1:
        raise EvaluationError("can() takes one argument")
    try:
        value = evaluate(expression.arguments[0], scope)
    except EvaluationError:
        return False
    return obstacle(value) or True


def _template_string(expression: Call, scope: Scope) -> Value:
    if len(expression.arguments) != 2 or isinstance(expression.arguments[0], Literal | Template):
        raise EvaluationError("templatestring() takes a reference to a template and a map")
    text, names = (evaluate(argument, scope) for argument in expression.arguments)
    if is_hidden(text) or is_hidden(names):
        return obstacle(text, names)
    if not isinstance(text, str) or not isinstance(names, dict):
        raise EvaluationError("templatestring() takes a reference to a template and a map")
    template = read_template(text, None)
    if called_functions(template) & _NOT_IN_TEMPLATES:
        raise EvaluationError("a template calls a function that is not allowed there")
    inner = replace(scope, root=_not_in_map, names=names)
    value = evaluate(template, inner)
    return value if is_hidden(value) else derived(text_of(value), text, value)


def _not_in_map(name: str) -> Value:
    raise EvaluationError(f"the template names {name}, which it is not given")


def _conditional(expression: Conditional, scope: Scope) -> Value:
    condition = evaluate(expression.condition, scope)
    blocked = obstacle(condition)
    if blocked is None:
        is_true = truth_of(condition)
        chosen, other = (expression.yes, expression.no) if is_true else (expression.no, expression.yes)
        return as_either(evaluate(chosen, scope), lambda: evaluate(other, replace(scope, seen=set())))
    branches: list[Value] = []
    for branch in (expression.yes, expression.no):
        try:
            branches.append(evaluate(branch, scope))
        except EvaluationError:
            return blocked
    yes, no = as_either(branches[0], lambda: branches[1]), as_either(branches[1], lambda: branches[0])
    hidden = obstacle(yes, no)
    if hidden is None and (same(yes, no) or (yes is None and no is None)):
        return yes
    found = made_of(obstacle(blocked, hidden), yes, no)
    if not isinstance(found, Unknown):
        return found
    return replace(found, present=is_present(yes) and is_present(no), parts=in_both(yes, no))


def _operation(expression: Operation, scope: Scope) -> Value:
    operator = expression.operator
    if operator in _SETTLED_BY:
        return _logical(operator, expression.operands, scope)
    values = [evaluate(operand, scope) for operand in expression.operands]
    if operator in ("==", "!=") and any(value is None for value in values):
        values = [() if is_present(value) else value for value in values]
    blocked = obstacle(*values)
    if blocked is not None:
        return blocked
    return UNARY[operator](*values) if len(values) == 1 else BINARY[operator](*values)


def _logical(operator: str, operands: tuple[Expression, ...], scope: Scope) -> Value:
    """One decisive operand decides whatever the other turns out to be; the first one also when that is an error."""
    decisive = _SETTLED_BY[operator]
    values = []
    for operand in operands:
        value = evaluate(operand, scope)
        values.append(value if obstacle(value) is not None else truth_of(value))
        if values[-1] is decisive:
            return decisive
    blocked = obstacle(*values)
    return (not decisive) if blocked is None else blocked


def _for(expression: For, scope: Scope) -> Value:
    collection = evaluate(expression.collection, scope)
    if isinstance(collection, Unknown | Handle):
        return obstacle(collection)
    found = Found(collection)
    for key, value in pairs(collection):
        names = (key, value) if len(expression.names) > 1 else (value,)
        inner = scope.binding(dict(zip(expression.names, names, strict=True)))
        wanted = True if expression.condition is None else evaluate(expression.condition, inner)
        blocked = obstacle(wanted)
        if blocked is not None:
            found.leave_out(made_of(blocked, value))
        elif truth_of(wanted):
            _add(expression, inner, found)
    if is_too_large(found.items):
        raise NotWorkedOutError("this has too many elements")
    return found.listed() if expression.key is None else found.mapped(expression.grouped)


def _add(expression: For, scope: Scope, found: Found) -> None:
    result = evaluate(expression.value, scope)
    if expression.key is None:
        found.items.append(result)
        return
    key = evaluate(expression.key, scope)
    blocked = obstacle(key)
    if blocked is not None:
        found.leave_out(made_of(blocked, result))
        return
    group = found.groups.setdefault(text_of(key), [])
    if group and not expression.grouped:
        raise EvaluationError("two elements of a for have the same key")
    group.append(result)
    found.items.append(result)


def _opaque(expression: Opaque, scope: Scope) -> Value:  # noqa: ARG001 - all evaluators look alike
    raise NotWorkedOutError("this is not understood")


# `false && x` is false and `true || x` is true whatever x turns out to be.
_SETTLED_BY = {"&&": False, "||": True}

# How much text, how many elements, and how many steps of a regular expression count as one step.
_ELEMENTS_A_STEP = 1_000
_TESTS_A_STEP = 20

# A template must not read files that are not named outside of it, nor render itself.
_NOT_IN_TEMPLATES = frozenset(("file", "fileexists", "fileset", "templatefile", "templatestring", "filebase64")) | {
    f"file{kind}" for kind in ("base64sha256", "base64sha512", "md5", "sha1", "sha256", "sha512")
}

_EVALUATORS: dict[type, Callable[[Any, Scope], Value]] = {
    Literal: _literal,
    Template: _template,
    TupleLiteral: _tuple,
    ObjectLiteral: _object,
    Variable: _variable,
    Access: _access,
    Call: _call,
    Conditional: _conditional,
    Operation: _operation,
    For: _for,
    Opaque: _opaque,
}
