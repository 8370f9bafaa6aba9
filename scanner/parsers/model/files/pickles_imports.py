"""Whether what a pickle imports can run code: an explicit list of what loading numbers needs, and all else is suspect.

Whole modules are dangerous where most of what is in them runs, loads or fetches something. What neither list knows is
asked of picklescan, whose list follows the advisories; it is asked by names alone and reads no file.
"""

import io
import re
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from functools import cache

DANGEROUS, SUSPICIOUS, INNOCUOUS = "dangerous", "suspicious", "innocuous"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SCALARS = (
    "bool bool_ byte bytes_ cdouble clongdouble complex128 complex64 csingle datetime64 double float16 float32 float64 "
    "half int16 int32 int64 int8 intc intp long longdouble longlong object_ short single str_ timedelta64 ubyte uint "
    "uint16 uint32 uint64 uint8 uintc uintp ulong ulonglong ushort void"
)
_TORCH_TYPES = (
    "Size device Tensor bfloat16 bool cdouble cfloat chalf complex128 complex32 complex64 double float float16 float32 "
    "float64 float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz half int int16 int32 int64 int8 long "
    "qint32 qint8 quint2x4 quint4x2 quint8 short uint16 uint32 uint64 uint8 per_tensor_affine per_channel_affine "
    "sparse_coo strided"
)
_TORCH_STORAGES = (
    "BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage "
    "FloatStorage HalfStorage IntStorage LongStorage QInt32Storage QInt8Storage QUInt2x4Storage QUInt4x2Storage "
    "QUInt8Storage ShortStorage TypedStorage UntypedStorage"
)
_REBUILT = (
    "_rebuild_parameter _rebuild_parameter_with_state _rebuild_qtensor _rebuild_sparse_tensor _rebuild_tensor "
    "_rebuild_tensor_v2 _rebuild_tensor_v3 _rebuild_meta_tensor_no_storage _rebuild_device_tensor_from_numpy "
    "_rebuild_wrapper_subclass"
)
_BUILTINS = (
    "bool bytearray bytes complex dict float frozenset int list long object range set slice str tuple unicode xrange"
)

# By module, the names that only make numbers, texts, containers and arrays out of what the pickle itself holds.
_INNOCUOUS: dict[str, str] = {
    "_codecs": "encode",
    "argparse": "Namespace",
    "array": "array _array_reconstructor",
    "builtins": _BUILTINS,
    "collections": "Counter OrderedDict defaultdict deque",
    "copyreg": "_reconstructor",
    "datetime": "date datetime time timedelta timezone",
    "decimal": "Decimal",
    "fractions": "Fraction",
    "joblib.numpy_pickle": "NumpyArrayWrapper",
    "sklearn.externals.joblib.numpy_pickle": "NumpyArrayWrapper",
    "lightgbm.basic": "Booster",
    "lightgbm.sklearn": "LGBMClassifier LGBMModel LGBMRanker LGBMRegressor",
    "numpy": f"dtype ndarray matrix {_SCALARS}",
    "numpy._core.multiarray": "_reconstruct scalar",
    "numpy._core.numeric": "_frombuffer",
    "numpy.core.multiarray": "_reconstruct scalar",
    "numpy.core.numeric": "_frombuffer",
    "numpy.ma.core": "MaskedArray _mareconstruct",
    "numpy.matrixlib.defmatrix": "matrix",
    "numpy.random._mt19937": "MT19937",
    "numpy.random._pcg64": "PCG64 PCG64DXSM",
    "numpy.random._philox": "Philox",
    "numpy.random._sfc64": "SFC64",
    "numpy.random._pickle": "__bit_generator_ctor __generator_ctor __randomstate_ctor",
    "numpy.random.bit_generator": "SeedSequence __pyx_unpickle_SeedSequence",
    "numpy.random.mtrand": "RandomState",
    "pandas._libs.internals": "_unpickle_block",
    "pandas.core.frame": "DataFrame",
    "pandas.core.indexes.base": "Index _new_Index",
    "pandas.core.indexes.range": "RangeIndex",
    "pandas.core.internals.managers": "BlockManager SingleBlockManager",
    "pandas.core.series": "Series",
    "pathlib": "PosixPath PurePath PurePosixPath PureWindowsPath WindowsPath",
    "scipy.interpolate._bsplines": "BSpline",
    "sklearn._loss._loss": "CyHalfBinomialLoss CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError "
    "CyHalfTweedieLossIdentity",
    "sklearn._loss.link": "HalfLogitLink IdentityLink Interval LogLink LogitLink MultinomialLogit",
    "sklearn._loss.loss": "AbsoluteError ExponentialLoss HalfBinomialLoss HalfGammaLoss HalfMultinomialLoss "
    "HalfPoissonLoss HalfSquaredError HalfTweedieLoss HalfTweedieLossIdentity HuberLoss PinballLoss",
    "sklearn.cluster._kmeans": "_kmeans_single_elkan _kmeans_single_lloyd",
    "sklearn.feature_selection._mutual_info": "mutual_info_classif mutual_info_regression",
    "sklearn.feature_selection._univariate_selection": "chi2 f_classif f_oneway f_regression r_regression",
    "sklearn.metrics._dist_metrics": "newObj",
    "sklearn.neighbors._ball_tree": "BallTree BallTree32 BallTree64 newObj",
    "sklearn.neighbors._kd_tree": "KDTree KDTree32 KDTree64 newObj",
    "sklearn.utils._bunch": "Bunch",
    "torch": f"{_TORCH_TYPES} {_TORCH_STORAGES}",
    "torch._tensor": "Tensor _rebuild_from_type_v2",
    "torch._utils": _REBUILT,
    "torch.jit._pickle": "build_boollist build_doublelist build_intlist build_tensor_from_id build_tensorlist "
    "restore_type_tag",
    "torch.nn.parameter": "Buffer Parameter",
    "torch.serialization": "_get_layout",
    "torch.storage": "TypedStorage UntypedStorage",
    "types": "SimpleNamespace",
    "uuid": "UUID",
    "xgboost.core": "Booster",
    "xgboost.sklearn": "XGBClassifier XGBRanker XGBRegressor",
}
_INNOCUOUS_NAMES = frozenset((module, name) for module, names in _INNOCUOUS.items() for name in _words(names))

# The classes of the estimators of scikit-learn, and of scipy's sparse matrices; no functions and nothing below them.
# What TorchScript calls __torch__ is no module of Python: those classes lie compiled in the archive itself.
_INNOCUOUS_CLASSES = re.compile(
    r"(sklearn\.(calibration|cluster|compose|covariance|cross_decomposition|decomposition|discriminant_analysis|dummy"
    r"|ensemble|feature_extraction|feature_selection|gaussian_process|impute|isotonic|kernel_approximation|kernel_ridge"
    r"|linear_model|manifold|metrics\._dist_metrics|mixture|multiclass|multioutput|naive_bayes|neighbors|neural_network"
    r"|pipeline|preprocessing|random_projection|semi_supervised|svm|tree)(\._?[a-z0-9_]+)*:[A-Z_][A-Za-z0-9]*"
    r"|numpy\.dtypes:[A-Za-z0-9]+DType"
    r"|__torch__(\.[A-Za-z0-9_]+)*:[A-Za-z0-9_]+"
    r"|scipy\.sparse\._?(bsr|coo|csc|csr|dia|dok|lil):[a-z]{3}_(matrix|array))"
)

_DANGEROUS_MODULES = _words(
    "_aix_support _ctypes _frozen_importlib _frozen_importlib_external _imp _osx_support _pickle _posixsubprocess "
    "_pyrepl _socket _thread _winapi _xxsubinterpreters aiohttp antigravity asyncio atexit bdb cProfile cffi code "
    "codeop commands compileall concurrent.futures ctypes dbm distutils doctest ensurepip execnet fileinput ftplib "
    "gc glob http httplib httpx idlelib imaplib imp importlib inspect lib2to3 linecache logging.config marshal mmap "
    "msvcrt multiprocessing nntplib nt numpy.f2py numpy.testing os paramiko pdb pexpect pickle pickletools pip "
    "pkg_resources pkgutil poplib posix profile pty py_compile pydoc requests runpy select selectors setuptools "
    "shelve shutil signal site smtplib socket socketserver sqlite3 ssl subprocess sys sysconfig syslog tarfile "
    "telnetlib tempfile test threading timeit torch._dynamo torch._inductor torch.distributed.rpc torch.hub "
    "torch.package torch.utils.bottleneck torch.utils.collect_env torch.utils.cpp_extension "
    "torch.utils.data.datapipes trace turtledemo unittest urllib urllib2 urllib3 venv webbrowser winreg xmlrpc "
    "zipapp zipfile zipimport"
)
_DANGEROUS: dict[str, str] = {
    "_io": "FileIO open open_code",
    "_operator": "attrgetter methodcaller",
    "builtins": "__import__ apply breakpoint compile delattr eval exec execfile file getattr globals input locals open "
    "raw_input reload setattr vars",
    "cloudpickle": "load loads",
    "cloudpickle.cloudpickle": "_builtin_type _function_setstate _make_cell _make_empty_cell _make_function "
    "_make_skeleton_class load loads subimport",
    "codecs": "open",
    "copyreg": "add_extension constructor pickle",
    "dill": "load load_module load_session loads",
    "dill._dill": "_create_code _create_function _create_lock _create_type _eval_repr _get_attr _import_module "
    "_load_type load load_session loads",
    "functools": "partialmethod reduce",
    "io": "FileIO OpenWrapper open open_code",
    "joblib": "load",
    "joblib.numpy_pickle": "load read_array",
    "numpy": "DataSource fromfile fromregex genfromtxt load loadtxt save savetxt",
    "operator": "attrgetter methodcaller",
    "pandas": "eval read_clipboard read_csv read_excel read_hdf read_html read_json read_pickle read_sql",
    "pandas.core.computation.eval": "eval",
    "pandas.io.pickle": "read_pickle to_pickle",
    "torch": "load save",
    "torch.fx.experimental.symbolic_shapes": "ShapeEnv",
    "torch.fx.graph_module": "_deserialize_graph_module _forward_from_src reduce_graph_module "
    "reduce_package_graph_module",
    "torch.serialization": "load",
    "torch.storage": "_load_from_bytes",
    "torch.utils._config_module": "ConfigModule",
    "types": "CodeType FunctionType LambdaType MethodType ModuleType",
    "uuid": "_get_command_stdout _popen",
}
_DANGEROUS_NAMES = frozenset((module, name) for module, names in _DANGEROUS.items() for name in _words(names))
# Steps of a dotted name that lead out of the object it begins at.
_WAYS_OUT = _words("__builtins__ __class__ __dict__ __getattribute__ __globals__ __init__ __loader__ __subclasses__")


def verdict(module: str, name: str) -> str:
    """`dangerous`, `suspicious` or `innocuous`; a name of Python 2 is dangerous by what it means to either."""
    renamed = _renamed(module, name)
    if renamed != (module, name) and _verdict(module, name) == DANGEROUS:
        return DANGEROUS
    return _verdict(*renamed)


def _renamed(module: str, name: str) -> tuple[str, str]:
    """What Python 3 imports for a name of Python 2."""
    return NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))


def _verdict(module: str, name: str) -> str:
    if module == "__builtin__":
        module = "builtins"
    if (module, name) in _INNOCUOUS_NAMES or _INNOCUOUS_CLASSES.fullmatch(f"{module}:{name}"):
        return INNOCUOUS
    steps = name.split(".")
    if not module.isascii() or not module.isprintable() or not name.isprintable() or module.startswith("("):
        return DANGEROUS
    if _is_in_dangerous_module(module) or (module, steps[0]) in _DANGEROUS_NAMES:
        return DANGEROUS
    # No writer of arrays reaches for the methods of what is listed above: `numpy:ndarray.tofile` is a function as well.
    if len(steps) > 1 and (module in _INNOCUOUS or any(_leads_out(step) for step in steps)):
        return DANGEROUS
    return DANGEROUS if _is_known_to_picklescan(module, name) else SUSPICIOUS


def _is_in_dangerous_module(module: str) -> bool:
    steps = module.split(".")
    return any(".".join(steps[:count]) in _DANGEROUS_MODULES for count in range(1, len(steps) + 1))


def _leads_out(step: str) -> bool:
    """Whether a step of a dotted name is a module or a function that is dangerous, as in `random:_os.system`."""
    plain = step.lstrip("_")
    return step in _WAYS_OUT or plain in _DANGEROUS_MODULES or ("builtins", plain) in _DANGEROUS_NAMES


@cache
def _is_known_to_picklescan(module: str, name: str) -> bool:
    from picklescan.scanner import SafetyLevel, scan_pickle_bytes  # noqa: PLC0415 - takes a while, and few need it

    if "\n" in module + name:
        return True
    question = f"c{module}\n{name}\n.".encode("utf-8", "replace")
    found = scan_pickle_bytes(io.BytesIO(question), "")
    return any(each.safety is SafetyLevel.Dangerous for each in found.globals)
