"""What loading numbers needs is harmless, what runs code is dangerous, and everything else is suspicious."""

import pytest

from scanner.parsers.model.files.pickles_imports import verdict


@pytest.mark.parametrize(
    "name",
    [
        "collections:OrderedDict",
        "torch._utils:_rebuild_tensor_v2",
        "torch:BFloat16Storage",
        "numpy._core.multiarray:_reconstruct",
        "numpy:dtype",
        "numpy.matrixlib.defmatrix:matrix",
        "__torch__.torch.nn.modules.linear:Linear",
        "__torch__:Net",
        "joblib.numpy_pickle:NumpyArrayWrapper",
        "sklearn.linear_model._logistic:LogisticRegression",
        "sklearn.ensemble._hist_gradient_boosting.predictor:TreePredictor",
        "sklearn.tree._tree:Tree",
        "scipy.sparse._csr:csr_matrix",
        "copy_reg:_reconstructor",
        "__builtin__:set",
    ],
)
def test_what_loading_numbers_needs_is_harmless(name: str) -> None:
    assert verdict(*name.split(":")) == "innocuous"


@pytest.mark.parametrize(
    "name",
    [
        "posix:system",
        "os:system",
        "builtins:eval",
        "__builtin__:execfile",
        "commands:getoutput",
        "concurrent.futures.process:_process_worker",
        "numpy:load",
        "numpy.f2py.crackfortran:getlincoef",
        "numpy:ndarray.tofile",
        "torch:load",
        "random:_os.system",
        "__torch__:Net.__init__.__globals__",
        "triage.net:Net.__init__.__globals__",
        "p\u0456ckle:loads",  # with a Cyrillic letter
        "(computed):(computed)",
        "idlelib.calltip:get_entity",
        "lib2to3.pgen2.pgen:ParserGenerator.make_label",
    ],
)
def test_what_runs_code_is_dangerous(name: str) -> None:
    assert verdict(*name.split(":")) == "dangerous"


@pytest.mark.parametrize(
    "name",
    [
        "triage.net:Net",
        "__main__:Net",
        "triage.net:Net.Head",
        "sklearn.datasets._base:load_files",
        "sklearn.linear_model._logistic:helper",
        "torch.nn.modules.linear:Linear",
        "numpy:einsum",
        "builtins:map",
        "copyreg extension:240",
        "osmium:Reader",
    ],
)
def test_everything_else_is_suspicious(name: str) -> None:
    assert verdict(*name.split(":")) == "suspicious"


def test_asks_picklescan_for_what_the_own_list_does_not_know() -> None:
    """`torch.jit.unsupported_tensor_ops.execWrapper` is in the list of picklescan alone."""
    assert verdict("torch.jit.unsupported_tensor_ops", "execWrapper") == "dangerous"
    assert verdict("torch.jit.unsupported_tensor_ops", "other") == "suspicious"
