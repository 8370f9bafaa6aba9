"""Where a file of a model lies, opened safely: no symbolic link and no path leads out of the repository."""

import os
import stat
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

HEAD_SIZE = 64 << 10


@dataclass(frozen=True)
class Refused:
    """Why a path is not opened, in words for the user."""

    reason: str


@dataclass(frozen=True)
class Place:
    """A regular file inside the repository: `path` is relative to its root, `file` absolute and without links."""

    path: str
    file: Path

    def open(self) -> FileIO:
        """The file, unbuffered. Raises `OSError`, also when something else has taken its place."""
        # Between the look at the file and its opening it may become a link that leads away, or a pipe without end.
        descriptor = os.open(self.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        opened = FileIO(descriptor, "rb")
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            opened.close()
            raise OSError(None, "it is no regular file")
        return opened

    def head(self) -> tuple[bytes, int]:
        """The first 64 KiB, and the size in bytes. Raises `OSError`."""
        with self.open() as opened:
            return opened.read(HEAD_SIZE), os.fstat(opened.fileno()).st_size


def place_of(path: str, root: Path) -> Place | Refused | None:
    """The file at `path`, None where there is none. Raises nothing."""
    if path.startswith(("/", "../")) or path == ".." or "\0" in path:
        return Refused(f"{path[:200]} leads out of the repository; it was not opened")
    file = root / path
    try:
        real = file.resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            return Refused(
                "this file is reached by a symbolic link that leads out of the repository; it was not opened"
            )
        return Place(path, real) if stat.S_ISREG(real.stat().st_mode) else None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Refused(f"this file cannot be reached: {error.strerror}")
    except RuntimeError:  # an OSError from Python 3.13 on
        return Refused("this file cannot be reached: its symbolic links lead in a circle")
    except ValueError:
        return Refused("this file cannot be reached: no file can have such a name")
