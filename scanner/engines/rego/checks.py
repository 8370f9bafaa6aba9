"""What a Rego module must meet before it is evaluated: what would silently be undefined is refused by name."""

from collections.abc import Callable, Collection, Iterable, Iterator

from scanner.core.suggestions import closest
from scanner.rego_source.module import Module, Path, Problem, Reference

REFUSED = {
    "http.send": "a policy may not use the network",
    "net.lookup_ip_addr": "a policy may not use the network",
    "opa.runtime": "its result depends on the machine",
    "rand.intn": "its result is random",
    "time.now_ns": "its result depends on the clock",
    "uuid.rfc4122": "its result is random",
}
_INPUT = ("as_of", "links", "parameters", "resources", "scope")
FINDING_RULES = ("deny", "unknown", "skip")


def policy_problems(
    module: Module,
    definitions: Collection[Path],
    functions: Collection[Path],
    is_builtin: Callable[[str], bool],
    grants: Collection[str] = (),
) -> Iterator[Problem]:
    """Why a policy cannot be evaluated; `definitions` and `functions` are those of the libraries."""
    for name in FINDING_RULES:
        if not module.rules.get((name,), name != "deny"):
            yield Problem(f"it needs the rule `{name} contains … if {{ … }}`", module.path)
    yield from module_problems(module, definitions, functions, is_builtin, grants)


def parameter_problems(module: Module, parameters: Collection[str]) -> Iterator[Problem]:
    """Parameters that the module reads and its metadata does not declare."""
    for each in module.references:
        if each.path[:2] == ("input", "parameters") and len(each.path) > 2 and each.path[2] not in parameters:
            hint = closest([each.path[2]], parameters)
            yield _problem(module, each, f"the metadata declares no parameter {each.path[2]}{hint}")


def module_problems(
    module: Module,
    definitions: Collection[Path],
    functions: Collection[Path],
    is_builtin: Callable[[str], bool],
    grants: Collection[str] = (),
) -> Iterator[Problem]:
    """Names in a policy or library that do not exist, and functions that are refused unless `grants` has them."""
    definitions = module.definitions.union(definitions)
    beginnings = {name[:length] for name in definitions for length in range(1, len(name))}
    functions = {("data", *module.package, *name) for name in module.functions}.union(functions)
    for each in module.references:
        name = ".".join(each.path)
        if name in REFUSED and name not in grants:
            yield _refused(module, each)
        elif each.path[:1] == ("data",):
            exists = each.path in beginnings or _is_defined(each.path, definitions)
            if not exists or (each.is_call and each.path not in functions):
                noun = "function" if each.is_call else "rule"
                hint = closest([name], sorted(".".join(known) for known in definitions))
                yield _problem(module, each, f"no library defines the {noun} {name}{hint}")
        elif each.path[:1] == ("input",):
            if len(each.path) > 1 and each.path[1] not in _INPUT:
                hint = closest([each.path[1]], _INPUT)
                yield _problem(module, each, f"the input has no {each.path[1]}, only {', '.join(_INPUT)}{hint}")
        elif each.is_call and ("data", *module.package, *each.path) not in functions and not is_builtin(name):
            yield _unknown_function(module, each)


def foreign_problems(
    modules: Iterable[Module], grants: Collection[str], is_builtin: Callable[[str], bool]
) -> Iterator[Problem]:
    """As `module_problems`, for all modules of another program: there `data` also comes from files."""
    modules = tuple(modules)
    functions = {("data", *module.package, *name) for module in modules for name in module.functions}
    for module in modules:
        for each in module.references:
            name = ".".join(each.path)
            if name in REFUSED and name not in grants:
                yield _refused(module, each)
            elif not each.is_call or each.path in functions or ("data", *module.package, *each.path) in functions:
                continue
            elif each.path[:1] == ("data",):
                hint = closest([name], sorted(".".join(known) for known in functions))
                yield _problem(module, each, f"no module defines the function {name}{hint}")
            elif not is_builtin(name):
                yield _unknown_function(module, each)


def _refused(module: Module, reference: Reference) -> Problem:
    name = ".".join(reference.path)
    return _problem(module, reference, f"{name} is refused: {REFUSED[name]}")


def _unknown_function(module: Module, reference: Reference) -> Problem:
    return _problem(module, reference, f"the Rego engine has no function {'.'.join(reference.path)}")


def _is_defined(path: Path, definitions: Collection[Path]) -> bool:
    """Whether a rule is at the path or above it (`lib.ports[80]`); below it are those that it is a beginning of."""
    return any(path[:length] in definitions for length in range(1, len(path) + 1))


def _problem(module: Module, reference: Reference, message: str) -> Problem:
    return Problem(message, module.path, reference.line, reference.column)
