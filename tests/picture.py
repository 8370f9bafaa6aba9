"""Makes .github/scan.svg, the README's picture, from a real scan: `make picture`."""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 100
FIRST_LINES, LAST_LINES = 46, 22


def main() -> None:
    """Scan the example as a user in a terminal would, and draw the report's beginning and its end."""
    releasegate = Path(sys.executable).parent / "releasegate"
    command = f"stty cols {WIDTH}; {releasegate} scan fixtures/projects/triage-model --no-progress --as-of 2026-11-21"
    done = subprocess.run(
        ["script", "-qec", command, "/dev/null"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = done.stdout.replace("\r\n", "\n").splitlines()
    shown = [*lines[:FIRST_LINES], "", "  ⋮", "", *lines[-LAST_LINES:]]
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text("$ releasegate scan fixtures/projects/triage-model\n"))
    console.print(Text.from_ansi("\n".join(shown)))
    drawing = console.export_svg(title="releasegate")
    # The picture asks no other host for its font.
    drawing = re.sub(r"@font-face\s*\{.*?\}", "", drawing, flags=re.DOTALL)
    (ROOT / ".github").mkdir(exist_ok=True)
    (ROOT / ".github" / "scan.svg").write_text(drawing, encoding="utf-8")


if __name__ == "__main__":
    main()
