"""READMEs hold no code but that of files which run; `python tests/fill_readmes.py` copies it in."""

import re
import sys
from pathlib import Path

PYTHON = Path(__file__).parents[1]
READMES = sorted(PYTHON.glob("packages/*/README.md"))

# Each block of Python and the file that it comes from, in the order of the READMEs.
SOURCES = {
    "identity": ["verify.py"],
    "mcp-fastmcp": ["protected_server.py", "seed_verifier.txt"],
    "revocation": ["in_memory.py", "test_own_store.py"],
    "transport-mcp": ["judge.py"],
}


def filled(readme: Path) -> str:
    """The README with its blocks as in the files."""
    package = readme.parent
    names = iter(SOURCES[package.name])

    def block(_: re.Match[str]) -> str:
        return f"```python\n{(package / 'tests' / 'snippets' / next(names)).read_text()}```"

    text = re.sub(r"```python\n.*?```", block, readme.read_text(), flags=re.DOTALL)
    if next(names, None) is not None:
        raise ValueError(f"{readme} has fewer blocks than files")
    return text


if __name__ == "__main__":
    for path in READMES:
        path.write_text(filled(path))
    sys.exit(0)
