"""The command line by which git is run here: it asks nobody, runs nothing of a repository, and changes none."""

from collections.abc import Sequence

NOT_FOUND = 127
"""The status that such a command ends with where there is no git."""

_ENVIRONMENT = (
    *("GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS=", "SSH_ASKPASS_REQUIRE=never", "GCM_INTERACTIVE=never"),
    *("GIT_NO_LAZY_FETCH=1", "GIT_OPTIONAL_LOCKS=0", "GIT_LFS_SKIP_SMUDGE=1", "LC_ALL=C"),
)
# A hook of git that runs the scan has these set, and git would work on that hook's repository.
_UNSET = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"),
    *("GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
    *("GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_DEFAULT_HASH"),
    *("GIT_TRACE", "GIT_TRACE2", "GIT_TRACE_CURL", "GIT_TRACE_PACKET", "GIT_CURL_VERBOSE"),
)
_OPTIONS = (
    *("--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.askPass="),
    *("-c", "credential.interactive=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false"),
)


def git_command(arguments: Sequence[str], environment: Sequence[str] = ()) -> tuple[str, ...]:
    """The words of a command that runs git with `arguments`; `environment` has more variables, as `NAME=value`.

    All else of the environment is the user's own, and with it the credentials: `env` changes it without a look at it.
    """
    unset = [word for name in _UNSET for word in ("-u", name)]
    return ("env", *unset, *_ENVIRONMENT, *environment, "git", *_OPTIONS, *arguments)
