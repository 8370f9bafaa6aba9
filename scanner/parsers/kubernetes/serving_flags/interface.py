"""What a row of the tables of model servers says: an option, the ways to set it, and what holds when nobody does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

TEXT, NUMBER, SWITCH, OFF, PRESENT = "text", "number", "switch", "off", "present"
LIST, LISTS, NAMES, KEY, HOST, PORT = "list", "lists", "names", "key", "host", "port"

EVERY_INTERFACE = "0.0.0.0"  # noqa: S104 - what the servers do, not what we do

Default = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True)
class Option:
    """One option of a server under the name that it has for all of them.

    `flags`, `variables` and `settings` (keys of a configuration file) have blanks between them; of several variables
    the first that is set counts. `kind` says how the text is read: `switch` (true where the flag stands alone), `off`
    (a switch that turns the option off), `present` (true as soon as anything is given), `list` (the last flag counts),
    `lists` (every flag adds), `names` (as `lists`, of `names:key=secret`), `key` (a credential, of which only the
    origin is kept), `host` and `port` (parts of an address). A `default` of None is that of nothing at all.
    """

    name: str
    flags: str = ""
    variables: str = ""
    settings: str = ""
    kind: str = TEXT
    default: Default = None

    @property
    def takes_value(self) -> bool:
        return self.kind not in (SWITCH, OFF)


@dataclass(frozen=True)
class Server:
    """A model server.

    `source` documents its options and defaults. `images` are the ends of the repositories that it is published in;
    `image_settings` is what such an image sets by itself, `entrypoint_settings` what its entrypoint adds when it is
    left to start the server. `positional` is the option that the first word without a flag stands for. A file named by
    one of `config_flags` or `config_variables` may set whatever the command line leaves out. `elsewhere` says where
    else options may come from that no manifest shows. With `variables_if` variables count when that setting of the
    file is true, and then before everything else.
    """

    source: str
    options: tuple[Option, ...]
    images: tuple[str, ...] = ()
    image_settings: Mapping[str, Any] = field(default_factory=dict)
    entrypoint_settings: Mapping[str, Any] = field(default_factory=dict)
    positional: str = ""
    config_flags: str = ""
    config_variables: str = ""
    elsewhere: str = ""
    variables_if: str = ""

    def is_image(self, repository: str) -> bool:
        """Whether the repository is that of the server's makers, or a copy of it under the same name."""
        return any(repository == image or repository.endswith(f"/{image}") for image in self.images)
