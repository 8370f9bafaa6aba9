"""The options of servers for language models and embeddings, as their own sources and documentation have them."""

from scanner.parsers.kubernetes.serving_flags.interface import (
    EVERY_INTERFACE,
    HOST,
    KEY,
    LIST,
    LISTS,
    NUMBER,
    OFF,
    PORT,
    PRESENT,
    SWITCH,
    Option,
    Server,
)

_VLLM_OPTIONS = (
    Option("model", "--model"),
    Option("revision", "--revision"),
    Option("tokenizer", "--tokenizer"),
    Option("tokenizer_revision", "--tokenizer-revision"),
    Option("code_revision", "--code-revision"),
    Option("trust_remote_code", "--trust-remote-code", kind=SWITCH, default=False),
    Option("load_format", "--load-format", default="auto"),
    Option("api_key", "--api-key", "VLLM_API_KEY", kind=KEY),
    Option("host", "--host", default=EVERY_INTERFACE),  # `args.host or ""`: every interface
    Option("port", "--port", kind=NUMBER, default=8000),
    Option("tls_certificate", "--ssl-certfile"),
    Option("tls_key", "--ssl-keyfile"),
    Option("tls_client_ca", "--ssl-ca-certs"),
    Option("allowed_origins", "--allowed-origins", kind=LIST, default=("*",)),
    Option("root_path", "--root-path"),
    Option("served_model_name", "--served-model-name", kind=LIST),
    Option("lora_enabled", "--enable-lora", kind=SWITCH, default=False),
    Option("lora_adapters", "--lora-modules", kind=LIST),
    Option("runtime_adapters", "", "VLLM_ALLOW_RUNTIME_LORA_UPDATING", kind=SWITCH, default=False),
    Option("allowed_local_media_path", "--allowed-local-media-path"),
    Option("allowed_media_domains", "--allowed-media-domains", kind=LIST),
    Option("docs_disabled", "--disable-fastapi-docs", kind=SWITCH, default=False),
    Option("development_mode", "", "VLLM_SERVER_DEV_MODE", kind=SWITCH, default=False),
    Option("profiling", "--profiler-config", "VLLM_TORCH_PROFILER_DIR", kind=PRESENT, default=False),
    Option("tokenizer_info_endpoint", "--enable-tokenizer-info-endpoint", kind=SWITCH, default=False),
    Option("insecure_serialization", "", "VLLM_ALLOW_INSECURE_SERIALIZATION", kind=SWITCH, default=False),
    Option("tool_server", "--tool-server"),
    Option("max_model_length", "--max-model-len", kind=NUMBER),
    Option("max_concurrent_requests", "--max-num-seqs", kind=NUMBER),
)

VLLM = Server(
    "https://docs.vllm.ai/en/latest/cli/serve/",
    _VLLM_OPTIONS,
    images=("vllm/vllm-openai", "vllm-openai", "vllm-openai-rocm", "vllm-cpu-release-repo"),
    positional="model",
    config_flags="--config",
)

TGI = Server(
    "https://huggingface.co/docs/text-generation-inference/reference/launcher",
    (
        Option("model", "--model-id", "MODEL_ID", default="bigscience/bloom-560m"),
        Option("revision", "--revision", "REVISION"),
        Option("trust_remote_code", "--trust-remote-code", "TRUST_REMOTE_CODE", kind=SWITCH, default=False),
        Option("api_key", "--api-key", "API_KEY", kind=KEY),
        # Kubernetes sets HOSTNAME to the name of the pod, which is no address and counts as 0.0.0.0.
        Option("host", "--hostname", "HOSTNAME", default=EVERY_INTERFACE),
        Option("port", "--port -p", "PORT", kind=NUMBER, default=3000),
        Option("allowed_origins", "--cors-allow-origin", "CORS_ALLOW_ORIGIN", kind=LISTS, default=("*",)),
        Option("lora_adapters", "--lora-adapters", "LORA_ADAPTERS", kind=LIST),
        Option("max_model_length", "--max-total-tokens", "MAX_TOTAL_TOKENS", kind=NUMBER),
        Option(
            "max_input_length",
            "--max-input-tokens --max-input-length",
            "MAX_INPUT_TOKENS MAX_INPUT_LENGTH",
            kind=NUMBER,
        ),
        Option(
            "max_concurrent_requests", "--max-concurrent-requests", "MAX_CONCURRENT_REQUESTS", kind=NUMBER, default=128
        ),
        Option("max_request_bytes", "--payload-limit", "PAYLOAD_LIMIT", kind=NUMBER, default=2000000),
    ),
    images=("huggingface/text-generation-inference", "text-generation-inference"),
    image_settings={"port": 80},
)

TEI = Server(
    "https://huggingface.co/docs/text-embeddings-inference/cli_arguments",
    (
        Option("model", "--model-id", "MODEL_ID"),
        Option("revision", "--revision", "REVISION"),
        Option("api_key", "--api-key", "API_KEY", kind=KEY),
        Option("host", "--hostname", "HOSTNAME", default=EVERY_INTERFACE),
        Option("port", "--port -p", "PORT", kind=NUMBER, default=3000),
        Option("served_model_name", "--served-model-name", "SERVED_MODEL_NAME", kind=LIST),
        Option("allowed_origins", "--cors-allow-origin", "CORS_ALLOW_ORIGIN", kind=LISTS, default=("*",)),
        Option(
            "max_concurrent_requests", "--max-concurrent-requests", "MAX_CONCURRENT_REQUESTS", kind=NUMBER, default=512
        ),
        Option("max_request_bytes", "--payload-limit", "PAYLOAD_LIMIT", kind=NUMBER, default=2000000),
    ),
    images=("huggingface/text-embeddings-inference", "text-embeddings-inference"),
    image_settings={"port": 80},
)

SGLANG = Server(
    "https://docs.sglang.io/advanced_features/server_arguments.html",
    (
        Option("model", "--model-path --model"),
        Option("revision", "--revision"),
        Option("tokenizer", "--tokenizer-path"),
        Option("trust_remote_code", "--trust-remote-code", kind=SWITCH, default=False),
        Option("load_format", "--load-format", default="auto"),
        Option("api_key", "--api-key", kind=KEY),
        Option("admin_api_key", "--admin-api-key", kind=KEY),
        Option("host", "--host", default="127.0.0.1"),
        Option("port", "--port", kind=NUMBER, default=30000),
        Option("tls_certificate", "--ssl-certfile"),
        Option("tls_key", "--ssl-keyfile"),
        Option("tls_client_ca", "--ssl-ca-certs"),
        Option("root_path", "--fastapi-root-path"),
        Option("served_model_name", "--served-model-name", kind=LIST),
        Option("lora_enabled", "--enable-lora", kind=SWITCH, default=False),
        Option("lora_adapters", "--lora-paths", kind=LIST),
        Option("tool_server", "--tool-server"),
        Option("max_model_length", "--context-length", kind=NUMBER),
        Option("max_concurrent_requests", "--max-running-requests", kind=NUMBER),
    ),
    positional="model",
    config_flags="--config",
)

LLAMA_CPP = Server(
    "https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    (
        Option(
            "model",
            "--model -m --hf-repo -hf -hfr --model-url -mu --docker-repo -dr",
            "LLAMA_ARG_MODEL LLAMA_ARG_HF_REPO LLAMA_ARG_MODEL_URL LLAMA_ARG_DOCKER_REPO",
        ),
        Option("model_repository", "--models-dir", "LLAMA_ARG_MODELS_DIR"),
        Option("api_key", "--api-key --api-key-file", "LLAMA_API_KEY LLAMA_ARG_API_KEY_FILE", kind=KEY),
        Option("host", "--host", "LLAMA_ARG_HOST", default="127.0.0.1"),
        Option("port", "--port", "LLAMA_ARG_PORT", kind=NUMBER, default=8080),
        Option("tls_certificate", "--ssl-cert-file", "LLAMA_ARG_SSL_CERT_FILE"),
        Option("tls_key", "--ssl-key-file", "LLAMA_ARG_SSL_KEY_FILE"),
        Option("allowed_origins", "--cors-origins", "LLAMA_ARG_CORS_ORIGINS", kind=LIST, default=("*",)),
        Option("root_path", "--api-prefix", "LLAMA_ARG_API_PREFIX"),
        Option("served_model_name", "--alias -a", "LLAMA_ARG_ALIAS", kind=LIST),
        Option("lora_adapters", "--lora --lora-scaled", kind=LISTS),
        Option("allowed_local_media_path", "--media-path"),
        Option("settings_endpoint", "--props", "LLAMA_ARG_ENDPOINT_PROPS", kind=SWITCH, default=False),
        Option("tool_server", "--tools", "LLAMA_ARG_TOOLS"),
        Option("max_model_length", "--ctx-size -c", "LLAMA_ARG_CTX_SIZE", kind=NUMBER),
        Option("max_concurrent_requests", "--parallel -np", "LLAMA_ARG_N_PARALLEL", kind=NUMBER),
    ),
    # The images start the server with LLAMA_ARG_HOST=0.0.0.0.
    images=("ggml-org/llama.cpp", "ggerganov/llama.cpp"),
    image_settings={"host": EVERY_INTERFACE},
)

OLLAMA = Server(
    "https://docs.ollama.com/faq",
    (
        Option("model"),
        Option("host", "", "OLLAMA_HOST", kind=HOST, default="127.0.0.1"),
        Option("port", "", "OLLAMA_HOST", kind=PORT, default=11434),
        Option("allowed_origins", "", "OLLAMA_ORIGINS", kind=LIST),
        Option("model_repository", "", "OLLAMA_MODELS"),
        Option("max_model_length", "", "OLLAMA_CONTEXT_LENGTH", kind=NUMBER),
        Option("max_concurrent_requests", "", "OLLAMA_NUM_PARALLEL", kind=NUMBER),
    ),
    images=("ollama/ollama",),
    image_settings={"host": EVERY_INTERFACE, "port": 11434},
)

NIM = Server(
    "https://docs.nvidia.com/nim/large-language-models/latest/reference/environment-variables.html",
    (
        Option("model", "--model", "NIM_MODEL_PATH NIM_MODEL_NAME"),
        Option(
            "trust_remote_code",
            "--trust-remote-code",
            "NIM_TRUST_CUSTOM_CODE NIM_FORCE_TRUST_REMOTE_CODE",
            kind=SWITCH,
            default=False,
        ),
        Option("api_key", "--api-key", "VLLM_API_KEY", kind=KEY),
        Option("host", default=EVERY_INTERFACE),
        Option("port", "--port", "NIM_SERVER_PORT NIM_HTTP_API_PORT", kind=NUMBER, default=8000),
        Option("tls_mode", "", "NIM_SSL_MODE", default="disabled"),
        Option("tls_certificate", "", "NIM_SSL_CERTS_PATH"),
        Option("tls_key", "", "NIM_SSL_KEY_PATH"),
        Option("tls_client_ca", "", "NIM_SSL_CA_CERTS_PATH NIM_SSL_CA_PATH"),
        Option("allowed_origins", "", "NIM_CORS_ALLOW_ORIGINS", kind=LIST),
        Option("served_model_name", "--served-model-name", "NIM_SERVED_MODEL_NAME", kind=LIST),
        Option("lora_adapters", "", "NIM_PEFT_SOURCE", kind=LIST),
        Option("adapter_refresh_interval", "", "NIM_PEFT_REFRESH_INTERVAL", kind=NUMBER),
        Option("max_model_length", "--max-model-len", "NIM_MAX_MODEL_LEN", kind=NUMBER),
    ),
)

HUGGINGFACE = Server(
    "https://kserve.github.io/website/docs/model-serving/generative-inference/overview",
    (
        Option("model", "--model-id"),
        Option("model_repository", "--model-dir", default="/mnt/models"),
        Option("revision", "--model-revision --revision"),
        Option("port", "--http-port", kind=NUMBER, default=8080),
        Option("host", default=EVERY_INTERFACE),
        Option("served_model_name", "--model-name --served-model-name", kind=LIST),
        Option("docs_disabled", "--enable-docs-url", kind=OFF, default=True),
        Option("max_model_length", "--max-model-len --max-length", kind=NUMBER),
        *(
            option
            for option in _VLLM_OPTIONS
            if option.name
            in (
                *("tokenizer", "tokenizer_revision", "code_revision", "trust_remote_code", "load_format"),
                *("lora_enabled", "lora_adapters", "runtime_adapters", "allowed_local_media_path"),
                *("allowed_media_domains", "profiling", "insecure_serialization", "max_concurrent_requests"),
            )
        ),
    ),
    images=("kserve/huggingfaceserver",),
)

LMDEPLOY = Server(
    "https://lmdeploy.readthedocs.io/en/latest/llm/api_server.html",
    (
        Option("model"),
        Option("revision", "--revision"),
        Option("api_key", "--api-keys", kind=KEY),
        Option("host", "--server-name", default=EVERY_INTERFACE),
        Option("port", "--server-port", kind=NUMBER, default=23333),
        Option("allowed_origins", "--allow-origins", kind=LIST, default=("*",)),
        Option("served_model_name", "--model-name", kind=LIST),
        Option("docs_disabled", "--disable-fastapi-docs", kind=SWITCH, default=False),
    ),
    positional="model",
)
