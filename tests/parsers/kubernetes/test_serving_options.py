"""The options of model servers: every runtime's own flags, variables, defaults and precedence."""

from typing import Any

import pytest
import yaml

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.arguments import arguments, environment
from scanner.parsers.kubernetes.reading import image
from scanner.parsers.kubernetes.serving import runtime_of_command, runtime_of_image
from scanner.parsers.kubernetes.serving_flags import SERVERS
from scanner.parsers.kubernetes.serving_flags.interface import EVERY_INTERFACE
from scanner.parsers.kubernetes.serving_options import Launch, Setting, settings_of

VLLM = "docker.io/vllm/vllm-openai:v0.11.0"
TGI = "ghcr.io/huggingface/text-generation-inference:3.3.6"
TRITON = "nvcr.io/nvidia/tritonserver:25.08-py3"
TORCHSERVE = "pytorch/torchserve:0.12.0-cpu"


def settings(
    written_image: str,
    args: str = "",
    env: dict[str, Any] | None = None,
    *,
    command: str = "",
    files: dict[str, str] | None = None,
    filled_in: str | None = None,
    more: bool = False,
) -> dict[str, Setting]:
    """The options of one container; `args` and `command` are split at blanks, a mapping in `env` is a valueFrom."""
    container: dict[str, Any] = {"image": written_image, "args": args.split()}
    if command:
        container["command"] = command.split()
    if more:
        container["envFrom"] = [{"configMapRef": {"name": "more"}}]
    container["env"] = [
        {"name": name, "valueFrom": value} if isinstance(value, dict) else {"name": name, "value": value}
        for name, value in (env or {}).items()
    ]
    known = environment(container)
    words = arguments(container, known)
    parts = image(written_image)
    runtime = runtime_of_command([word for word, _ in words]) or runtime_of_image(str(parts["repository"]))
    assert runtime
    return settings_of(Launch(runtime, words, known, parts, bool(command), filled_in, (files or {}).get))


def value(found: dict[str, Setting], name: str) -> Any:
    return found[name].value if name in found else None


@pytest.mark.parametrize(
    ("written_image", "args", "env", "expected"),
    [
        (VLLM, "acme/m", {}, {"model": "acme/m", "api_key": "absent", "host": EVERY_INTERFACE, "port": 8000}),
        (VLLM, "--model acme/m", {}, {"model": "acme/m", "trust_remote_code": False, "allowed_origins": ["*"]}),
        (VLLM, "--model=a/b --revision=0f0f", {}, {"model": "a/b", "revision": "0f0f", "tokenizer_revision": None}),
        (VLLM, "m --tokenizer-revision x --code-revision y", {}, {"tokenizer_revision": "x", "code_revision": "y"}),
        (VLLM, "m --trust-remote-code --load-format dummy", {}, {"trust_remote_code": True, "load_format": "dummy"}),
        (VLLM, "m --trust_remote_code", {}, {"trust_remote_code": True}),
        (VLLM, "m --trust-remote-code --no-trust-remote-code", {}, {"trust_remote_code": False}),
        (VLLM, "m --trust-remote-code false", {}, {"trust_remote_code": False}),
        (VLLM, "m --port 1 --port=2", {}, {"port": 2}),
        (VLLM, "m --served-model-name a b --port 1", {}, {"served_model_name": ["a", "b"], "port": 1}),
        (VLLM, 'm --allowed-origins ["https://a","https://b"]', {}, {"allowed_origins": ["https://a", "https://b"]}),
        (VLLM, "m --ssl-certfile c --ssl-keyfile k --ssl-ca-certs a", {}, {"tls_certificate": "c", "tls_key": "k"}),
        (VLLM, "m --ssl-ca-certs a --root-path /llm", {}, {"tls_client_ca": "a", "root_path": "/llm"}),
        (VLLM, "m --api-key s3cret", {}, {"api_key": "literal"}),
        (VLLM, "m", {"VLLM_API_KEY": "s3cret"}, {"api_key": "literal"}),
        (VLLM, "m", {"VLLM_API_KEY": ""}, {"api_key": "absent"}),
        (VLLM, "m", {"VLLM_API_KEY": {"secretKeyRef": {"name": "s", "key": "k"}}}, {"api_key": "secret"}),
        (VLLM, "m --api-key=$(K)", {"K": {"secretKeyRef": {"name": "s", "key": "k"}}}, {"api_key": "secret"}),
        (VLLM, "m", {"VLLM_API_KEY": {"configMapKeyRef": {"name": "s", "key": "k"}}}, {"api_key": "config map"}),
        (VLLM, "m", {"VLLM_SERVER_DEV_MODE": "1"}, {"development_mode": True, "profiling": False}),
        (VLLM, "m", {"VLLM_SERVER_DEV_MODE": "0"}, {"development_mode": False}),
        (VLLM, "m", {"VLLM_TORCH_PROFILER_DIR": "/t"}, {"profiling": True}),
        (VLLM, "m --profiler-config.profiler torch", {}, {"profiling": True}),
        (VLLM, "m --enable-lora", {"VLLM_ALLOW_RUNTIME_LORA_UPDATING": "True"}, {"runtime_adapters": True}),
        (
            VLLM,
            "m --enable-lora --lora-modules a=/a b=/b",
            {},
            {"lora_enabled": True, "lora_adapters": ["a=/a", "b=/b"]},
        ),
        (VLLM, "m --allowed-local-media-path / --disable-fastapi-docs", {}, {"allowed_local_media_path": "/"}),
        (VLLM, "m --disable-fastapi-docs --max-model-len 4096", {}, {"docs_disabled": True, "max_model_length": 4096}),
        (
            VLLM,
            "m --max-num-seqs=16 --max-model-len 16k",
            {},
            {"max_concurrent_requests": 16, "max_model_length": "16k"},
        ),
        (TGI, "", {"MODEL_ID": "a/b", "REVISION": "r"}, {"model": "a/b", "revision": "r", "port": 80}),
        (TGI, "--model-id c/d", {"MODEL_ID": "a/b"}, {"model": "c/d", "host": EVERY_INTERFACE, "api_key": "absent"}),
        (
            TGI,
            "",
            {"TRUST_REMOTE_CODE": "true", "API_KEY": "abc", "PORT": "8080"},
            {"port": 8080, "api_key": "literal"},
        ),
        (TGI, "-p 9000 --hostname ::1", {"TRUST_REMOTE_CODE": "0"}, {"trust_remote_code": False, "port": 9000}),
        (TGI, "--cors-allow-origin a --cors-allow-origin b", {}, {"allowed_origins": ["a", "b"]}),
        ("ghcr.io/huggingface/text-embeddings-inference:1.8", "--model-id a/b", {}, {"model": "a/b", "port": 80}),
        (TRITON, "tritonserver --model-repository=s3://b/m", {}, {"model_repository": ["s3://b/m"], "port": 8000}),
        (TRITON, "tritonserver --model-store /a --model-repository /b", {}, {"model_repository": ["/a", "/b"]}),
        (TRITON, "tritonserver --model-control-mode explicit", {}, {"model_control_mode": "explicit"}),
        (TRITON, "tritonserver --grpc-use-ssl=1 --allow-http=false", {}, {"grpc_tls": True, "http_enabled": False}),
        (
            TRITON,
            "tritonserver --http-restricted-api=trace,model-repository:k=v --http-restricted-api=statistics:k=v",
            {},
            {"restricted_apis": ["trace", "model-repository", "statistics"], "model_control_mode": "none"},
        ),
        (
            TRITON,
            "tritonserver --grpc-restricted-protocol=model-repository:k=$(V)",
            {"V": {"secretKeyRef": {"name": "s", "key": "k"}}},
            {"grpc_restricted_apis": ["model-repository"]},
        ),
        ("ollama/ollama:0.12", "", {}, {"host": EVERY_INTERFACE, "port": 11434, "allowed_origins": None}),
        ("ollama/ollama:0.12", "", {"OLLAMA_HOST": "127.0.0.1:1234"}, {"host": "127.0.0.1", "port": 1234}),
        (
            "ollama/ollama:0.12",
            "",
            {"OLLAMA_HOST": ":80", "OLLAMA_ORIGINS": "*"},
            {"port": 80, "allowed_origins": ["*"]},
        ),
        ("ollama/ollama:0.12", "", {"OLLAMA_HOST": "http://[::]:5"}, {"host": "::", "port": 5}),
        (
            "kserve/huggingfaceserver:v0.15",
            "--model_id=a/b --model_revision=r --trust_remote_code --tokenizer_revision=t",
            {},
            {"model": "a/b", "revision": "r", "trust_remote_code": True, "tokenizer_revision": "t", "port": 8080},
        ),
        ("kserve/huggingfaceserver:v0.15", "--enable_docs_url=true", {}, {"docs_disabled": False}),
        ("kserve/huggingfaceserver:v0.15", "", {}, {"docs_disabled": True, "model_repository": "/mnt/models"}),
        ("openvino/model_server:2025.3", "--rest_port 8000 --rest_bind_address 127.0.0.1", {}, {"host": "127.0.0.1"}),
        ("openvino/model_server:2025.3", "--api_key_file /k", {}, {"api_key": "file", "allowed_origins": ["*"]}),
        ("tensorflow/serving:2.19.0", "", {"MODEL_NAME": "m"}, {"port": 8501, "grpc_port": 8500}),
        (
            "ghcr.io/ggml-org/llama.cpp:server",
            "-hf a/b --api-key k1 --props",
            {},
            {"model": "a/b", "api_key": "literal"},
        ),
        ("ghcr.io/ggml-org/llama.cpp:server", "-m /m.gguf", {}, {"host": EVERY_INTERFACE, "settings_endpoint": False}),
        ("ghcr.io/ggml-org/llama.cpp:server", "", {"LLAMA_ARG_HOST": "127.0.0.1"}, {"host": "127.0.0.1"}),
    ],
)
def test_options(written_image: str, args: str, env: dict[str, Any], expected: dict[str, Any]) -> None:
    found = settings(written_image, args, env)
    assert {name: value(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("command", "args", "expected"),
    [
        ("python3 -m vllm.entrypoints.openai.api_server", "--model a/b", {"model": "a/b", "host": EVERY_INTERFACE}),
        (
            "python -m sglang.launch_server",
            "--model-path a/b --host 0.0.0.0",
            {"model": "a/b", "host": EVERY_INTERFACE},
        ),
        ("python -m sglang.launch_server", "--model a/b --api-key k", {"api_key": "literal", "host": "127.0.0.1"}),
        ("bentoml serve", "service:Svc --reload -p 1", {"model": "service:Svc", "development_mode": True, "port": 1}),
        ("lmdeploy serve", "api_server a/b --server-name ::", {"model": "a/b", "host": "::", "api_key": "absent"}),
        ("mlflow models serve", "-m s3://b/m -h 0.0.0.0", {"model": "s3://b/m", "host": EVERY_INTERFACE}),
        ("vllm serve", "a/b && echo --trust-remote-code", {"model": "a/b", "trust_remote_code": False}),
        ("hf download", "a/b --revision r && exec vllm serve /m", {"model": "/m", "revision": None}),
    ],
)
def test_options_of_a_command(command: str, args: str, expected: dict[str, Any]) -> None:
    found = settings("registry.example/own:1", args, command=command)
    assert {name: value(found, name) for name in expected} == expected


def test_what_sets_an_option_and_where() -> None:
    found = settings(VLLM, "m --port 1", {"VLLM_API_KEY": "x" * 9})
    assert found["port"] == Setting(1, "argument", "--port", ("args", 2))
    assert found["api_key"] == Setting("literal", "variable", "VLLM_API_KEY", ("env", 0))
    assert found["host"] == Setting(EVERY_INTERFACE, "default")
    assert settings(TGI)["port"] == Setting(80, "image", place=("image",))


@pytest.mark.parametrize(
    ("options", "name", "cause"),
    [
        ({"args": "m --api-key=$(K)", "more": True}, "api_key", "K may come from envFrom"),
        ({"args": "m", "more": True}, "api_key", "VLLM_API_KEY may come from envFrom"),
        ({"args": "m", "env": {"VLLM_API_KEY": "${KEY}"}}, "api_key", "it is a placeholder"),
        (
            {"args": "m", "env": {"VLLM_API_KEY": {"secretKeyRef": {"name": "s", "key": "k", "optional": True}}}},
            "api_key",
            "VLLM_API_KEY comes from the secret s, if there is one, at run time",
        ),
        (
            {"args": "m $(MORE)", "env": {"MORE": {"configMapKeyRef": {"name": "c", "key": "k"}}}},
            "trust_remote_code",
            "MORE comes from the config map c at run time",
        ),
        (
            {"args": "m --host $(H)", "env": {"H": {"fieldRef": {"fieldPath": "status.podIP"}}}},
            "host",
            "H comes from a field of the running pod at run time",
        ),
        (
            {"args": "m --config /c.yaml"},
            "trust_remote_code",
            "the file /c.yaml, whose text is not part of the release",
        ),
        ({"args": "m", "filled_in": "the runtime may set it"}, "revision", "the runtime may set it"),
    ],
)
def test_what_is_not_known_is_never_absent(options: dict[str, Any], name: str, cause: str) -> None:
    found = value(settings(VLLM, **options), name)
    assert isinstance(found, Unresolved)
    assert cause in found.reason


def test_the_value_of_another_flag_hides_nothing() -> None:
    env = {"GPUS": {"configMapKeyRef": {"name": "c", "key": "k"}}}
    assert value(settings(VLLM, "m --tensor-parallel-size $(GPUS)", env), "trust_remote_code") is False
    env = {"EXTRA_ARGS": {"configMapKeyRef": {"name": "c", "key": "k"}}}
    found = value(settings(VLLM, "m --enforce-eager $(EXTRA_ARGS)", env), "trust_remote_code")
    assert isinstance(found, Unresolved)


def test_the_entrypoint_of_an_image_of_ones_own_hides_what_is_not_written() -> None:
    found = settings("registry.example/ml/vllm:1", "--model a/b")
    assert value(found, "model") == "a/b"
    unknown = value(found, "trust_remote_code")
    assert isinstance(unknown, Unresolved)
    assert unknown.reason == "the entrypoint of the image registry.example/ml/vllm:1 may set it"
    started = settings("registry.example/ml/vllm:1", "--model a/b", command="vllm serve")
    assert value(started, "trust_remote_code") is False
    key = value(started, "api_key")
    assert isinstance(key, Unresolved)
    assert key.reason == "the image registry.example/ml/vllm:1 may set VLLM_API_KEY"
    wrapped = value(settings("registry.example/ml/vllm:1", "--model a/b", command="/start.sh"), "trust_remote_code")
    assert isinstance(wrapped, Unresolved)
    assert wrapped.reason == "what /start.sh starts is not known"


def test_a_copy_under_the_same_name_is_the_image_itself() -> None:
    assert value(settings("registry.example/mirror/vllm/vllm-openai:v0.11.0", "m"), "trust_remote_code") is False


def test_a_script_sets_variables_and_starts_the_server() -> None:
    container = yaml.safe_load("""
        image: docker.io/vllm/vllm-openai:v0.11.0
        command: [bash, -c]
        args:
          - |
            export VLLM_SERVER_DEV_MODE=1
            VLLM_API_KEY=$(cat /run/key) exec vllm serve acme/m --port 9000 \\
              --trust-remote-code
    """)
    known = environment(container)
    found = settings_of(Launch("vllm", arguments(container, known), known, image(container["image"]), True))
    assert [value(found, name) for name in ("model", "port", "trust_remote_code", "development_mode")] == [
        "acme/m",
        9000,
        True,
        True,
    ]
    assert isinstance(value(found, "api_key"), Unresolved)


class TestTorchServe:
    """Its configuration file, and the variables that count only when the file says so."""

    def test_the_image_listens_everywhere_and_asks_nobody(self) -> None:
        found = settings(TORCHSERVE)
        assert value(found, "management_address") == "http://0.0.0.0:8081"
        assert value(found, "token_authorization") is False
        assert value(found, "model_api") is False

    def test_its_own_command_keeps_the_tokens(self) -> None:
        found = settings(TORCHSERVE, "torchserve --start --model-store /m")
        assert value(found, "token_authorization") is True
        assert value(found, "model_repository") == "/m"
        assert value(settings(TORCHSERVE, "torchserve --start --disable-token-auth"), "token_authorization") is False

    def test_a_file_of_the_release(self) -> None:
        text = "# ours\ninference_address=http://0.0.0.0:8085\nenable_model_api=true\nallowed_urls=https://a/.*,https://b\n"
        found = settings(TORCHSERVE, "torchserve --start --ts-config=/c/p", files={"/c/p": text})
        assert value(found, "inference_address") == "http://0.0.0.0:8085"
        assert value(found, "management_address") == "http://127.0.0.1:8081"
        assert value(found, "model_api") is True
        assert value(found, "allowed_urls") == ["https://a/.*", "https://b"]
        assert found["model_api"].by == "file"

    @pytest.mark.parametrize(("gate", "wins"), [("true", True), ("false", False)])
    def test_variables_win_when_the_file_lets_them(self, gate: str, wins: bool) -> None:
        env = {"TS_CONFIG_FILE": "/c/p", "TS_MODEL_STORE": "/env"}
        text = f"enable_envvars_config={gate}\nmodel_store=/file\n"
        found = settings(TORCHSERVE, "torchserve --model-store /flag", env, files={"/c/p": text})
        assert value(found, "model_repository") == ("/env" if wins else "/flag")

    def test_a_file_elsewhere(self) -> None:
        found = settings(TORCHSERVE, "torchserve --ts-config=/c/p", {"TS_ENABLE_MODEL_API": "true"})
        assert isinstance(value(found, "inference_address"), Unresolved)
        assert isinstance(value(found, "model_api"), Unresolved)
        other = value(settings("registry.example/torchserve:1", "", command="torchserve --start"), "inference_address")
        assert isinstance(other, Unresolved)
        assert other.reason == "config.properties in the image may set it"


def test_the_configuration_file_of_vllm() -> None:
    text = "model: a/b\ntrust-remote-code: true\nserved_model_name: [one, two]\nport: 9000\n"
    found = settings(VLLM, "--config /c.yaml --port 1", files={"/c.yaml": text})
    assert [value(found, name) for name in ("model", "trust_remote_code", "served_model_name", "port")] == [
        "a/b",
        True,
        ["one", "two"],
        1,
    ]
    assert value(found, "revision") is None


@pytest.mark.parametrize("text", ["a: [", "- a\n", "a: 1\n---\nb: 2\n", ""])
def test_a_configuration_file_that_cannot_be_read(text: str) -> None:
    assert isinstance(value(settings(VLLM, "--config /c.yaml", files={"/c.yaml": text}), "model"), Unresolved)


def test_mlserver_may_be_set_beside_its_model() -> None:
    found = settings("seldonio/mlserver:1.7.1", "", {"MLSERVER_HTTP_PORT": "9000"})
    assert value(found, "port") == 9000
    assert isinstance(value(found, "host"), Unresolved)


def test_nim_takes_its_options_from_variables() -> None:
    env = {"NIM_MODEL_PATH": "hf://a/b", "NIM_SSL_MODE": "TLS", "NIM_TRUST_CUSTOM_CODE": "1"}
    found = settings("nvcr.io/nim/meta/llama-3.1-8b-instruct:2.0", "", env)
    assert [value(found, name) for name in ("model", "tls_mode", "trust_remote_code")] == ["hf://a/b", "TLS", True]
    assert isinstance(value(found, "port"), Unresolved)


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_the_tables_are_whole(name: str) -> None:
    server = SERVERS[name]
    assert server.source.startswith("https://")
    names = [option.name for option in server.options]
    assert len(names) == len(set(names))
    flags = [flag for option in server.options for flag in option.flags.split()]
    assert len(flags) == len(set(flags))
    assert all(flag.startswith("-") and "_" not in flag for flag in flags)
    assert set(server.image_settings) | set(server.entrypoint_settings) <= set(names)
    assert not server.positional or server.positional in names


def test_a_server_without_a_table_has_no_options() -> None:
    known = environment({})
    assert settings_of(Launch("xinference", [], known, {}, False)) == {}
