"""The options of servers for models of any kind, as their own sources and documentation have them."""

from scanner.parsers.kubernetes.serving_flags.interface import (
    EVERY_INTERFACE,
    KEY,
    LIST,
    LISTS,
    NAMES,
    NUMBER,
    OFF,
    SWITCH,
    Option,
    Server,
)

TRITON = Server(
    "https://github.com/triton-inference-server/server/blob/main/src/command_line_parser.cc",
    (
        Option("model_repository", "--model-repository --model-store", kind=LISTS),
        Option("model_control_mode", "--model-control-mode", default="none"),
        Option("loaded_models", "--load-model", kind=LISTS),
        Option("host", "--http-address", default=EVERY_INTERFACE),
        Option("port", "--http-port", kind=NUMBER, default=8000),
        Option("http_enabled", "--allow-http", kind=SWITCH, default=True),
        Option("restricted_apis", "--http-restricted-api", kind=NAMES),
        Option("max_request_bytes", "--http-max-input-size", kind=NUMBER),
        Option("grpc_host", "--grpc-address", default=EVERY_INTERFACE),
        Option("grpc_port", "--grpc-port", kind=NUMBER, default=8001),
        Option("grpc_enabled", "--allow-grpc", kind=SWITCH, default=True),
        Option("grpc_restricted_apis", "--grpc-restricted-protocol", kind=NAMES),
        Option("grpc_tls", "--grpc-use-ssl", kind=SWITCH, default=False),
        Option("grpc_mutual_tls", "--grpc-use-ssl-mutual", kind=SWITCH, default=False),
        Option("tls_certificate", "--grpc-server-cert"),
        Option("tls_key", "--grpc-server-key"),
        Option("tls_client_ca", "--grpc-root-cert"),
        Option("metrics_enabled", "--allow-metrics", kind=SWITCH, default=True),
        Option("metrics_port", "--metrics-port", kind=NUMBER, default=8002),
    ),
    # The entrypoint runs whatever the arguments say.
    images=("nvidia/tritonserver", "tritonserver"),
)

TORCHSERVE = Server(
    "https://github.com/pytorch/serve/blob/master/docs/configuration.md",
    (
        Option(
            "inference_address",
            variables="TS_INFERENCE_ADDRESS",
            settings="inference_address",
            default="http://127.0.0.1:8080",
        ),
        Option(
            "management_address",
            variables="TS_MANAGEMENT_ADDRESS",
            settings="management_address",
            default="http://127.0.0.1:8081",
        ),
        Option(
            "metrics_address",
            variables="TS_METRICS_ADDRESS",
            settings="metrics_address",
            default="http://127.0.0.1:8082",
        ),
        Option("model_repository", "--model-store", "TS_MODEL_STORE", "model_store"),
        Option("loaded_models", "--models", "TS_LOAD_MODELS", "load_models", kind=LIST),
        Option("allowed_urls", "", "TS_ALLOWED_URLS", "allowed_urls", kind=LIST, default=("file://.*|http(s)?://.*",)),
        Option("token_authorization", "--disable-token-auth", "", "", kind=OFF, default=True),
        Option(
            "model_api", "--enable-model-api", "TS_ENABLE_MODEL_API", "enable_model_api", kind=SWITCH, default=False
        ),
        Option("tls_certificate", "", "TS_CERTIFICATE_FILE", "certificate_file keystore"),
        Option("tls_key", "", "TS_PRIVATE_KEY_FILE", "private_key_file keystore"),
        Option("allowed_origins", "", "TS_CORS_ALLOWED_ORIGIN", "cors_allowed_origin", kind=LIST),
        Option("max_request_bytes", "", "TS_MAX_REQUEST_SIZE", "max_request_size", kind=NUMBER, default=6553500),
        Option(
            "dependencies_installed",
            "",
            "TS_INSTALL_PY_DEP_PER_MODEL",
            "install_py_dep_per_model",
            kind=SWITCH,
            default=False,
        ),
    ),
    images=("pytorch/torchserve",),
    # What /home/model-server/config.properties of the image says.
    image_settings={
        "inference_address": "http://0.0.0.0:8080",
        "management_address": "http://0.0.0.0:8081",
        "metrics_address": "http://0.0.0.0:8082",
        "model_repository": "/home/model-server/model-store",
    },
    entrypoint_settings={"token_authorization": False},
    config_flags="--ts-config",
    config_variables="TS_CONFIG_FILE",
    elsewhere="config.properties in the image may set it",
    variables_if="enable_envvars_config",
)

MLSERVER = Server(
    "https://mlserver.readthedocs.io/en/latest/reference/settings.html",
    (
        Option("model", "", "MLSERVER_MODEL_URI"),
        Option("model_repository", "", "MLSERVER_MODELS_DIR"),
        Option("host", "", "MLSERVER_HOST", default=EVERY_INTERFACE),
        Option("port", "", "MLSERVER_HTTP_PORT", kind=NUMBER, default=8080),
        Option("grpc_port", "", "MLSERVER_GRPC_PORT", kind=NUMBER, default=8081),
        Option("metrics_port", "", "MLSERVER_METRICS_PORT", kind=NUMBER, default=8082),
        Option("root_path", "", "MLSERVER_ROOT_PATH"),
        Option("development_mode", "", "MLSERVER_DEBUG", kind=SWITCH, default=False),
    ),
    images=("seldonio/mlserver", "mlserver"),
    positional="model_repository",
    elsewhere="settings.json beside the model may set it",
)

TF_SERVING = Server(
    "https://github.com/tensorflow/serving/blob/master/tensorflow_serving/model_servers/main.cc",
    (
        # MODEL_BASE_PATH and MODEL_NAME are read by the entrypoint of the image alone.
        Option("model_repository", "--model-base-path", "MODEL_BASE_PATH"),
        Option("served_model_name", "--model-name", "MODEL_NAME", kind=LIST),
        Option("model_config", "--model-config-file"),
        Option("host", default=EVERY_INTERFACE),
        Option("port", "--rest-api-port", kind=NUMBER),
        Option("grpc_port", "--port", kind=NUMBER, default=8500),
        Option("tls_config", "--ssl-config-file"),
        Option("profiler_service", "--enable-profiler", kind=SWITCH, default=True),
    ),
    images=("tensorflow/serving",),
    image_settings={"port": 8501, "grpc_port": 8500, "model_repository": "/models"},
)

OVMS = Server(
    "https://docs.openvino.ai/2025/model-server/ovms_docs_parameters.html",
    (
        Option("model", "--source-model"),
        Option("model_repository", "--model-path --model-repository-path"),
        Option("served_model_name", "--model-name", kind=LIST),
        Option("api_key", "--api-key-file", "API_KEY", kind=KEY),
        Option("host", "--rest-bind-address", default=EVERY_INTERFACE),
        Option("port", "--rest-port", kind=NUMBER),
        Option("grpc_host", "--grpc-bind-address", default=EVERY_INTERFACE),
        Option("grpc_port", "--port", kind=NUMBER),
        Option("allowed_origins", "--allowed-origins", kind=LIST, default=("*",)),
        Option("allowed_media_domains", "--allowed-media-domains", kind=LIST),
        Option("allowed_local_media_path", "--allowed-local-media-path"),
    ),
    images=("openvino/model_server",),
)

BENTOML = Server(
    "https://docs.bentoml.com/en/latest/reference/bentoml/cli.html",
    (
        Option("model"),
        Option("host", "--host", "BENTOML_HOST", default=EVERY_INTERFACE),
        Option("port", "--port -p", "BENTOML_PORT", kind=NUMBER, default=3000),
        Option("tls_certificate", "--ssl-certfile"),
        Option("tls_key", "--ssl-keyfile"),
        Option("tls_client_ca", "--ssl-ca-certs"),
        Option("development_mode", "--development --reload", kind=SWITCH, default=False),
    ),
    positional="model",
    config_variables="BENTOML_CONFIG",
)

KSERVE = Server(
    "https://github.com/kserve/kserve/blob/master/python/kserve/kserve/model_server.py",
    (
        Option("model_repository", "--model-dir"),
        Option("served_model_name", "--model-name", kind=LIST),
        Option("host", default=EVERY_INTERFACE),
        Option("port", "--http-port", kind=NUMBER, default=8080),
        Option("grpc_port", "--grpc-port", kind=NUMBER, default=8081),
        Option("docs_disabled", "--enable-docs-url", kind=OFF, default=True),
    ),
    images=tuple(f"kserve/{name}server" for name in ("sklearn", "xgb", "lgb", "pmml", "paddle")),
)

MLFLOW = Server(
    "https://mlflow.org/docs/latest/api_reference/cli.html",
    (
        Option("model", "--model-uri -m"),
        Option("host", "--host -h", "MLFLOW_HOST", default="127.0.0.1"),
        Option("port", "--port -p", "MLFLOW_PORT", kind=NUMBER, default=5000),
    ),
)

DJL = Server(
    "https://docs.djl.ai/master/docs/serving/serving/docs/lmi/deployment_guide/configurations.html",
    (
        Option("model", "", "OPTION_MODEL_ID HF_MODEL_ID"),
        Option("revision", "", "OPTION_REVISION HF_REVISION"),
        Option("trust_remote_code", "", "OPTION_TRUST_REMOTE_CODE HF_TRUST_REMOTE_CODE", kind=SWITCH, default=False),
    ),
    elsewhere="serving.properties beside the model may set it",
)
