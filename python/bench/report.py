"""The record of a run, and its table."""

import json
import os
import platform
import subprocess
import sys
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cryptography.hazmat.backends.openssl import backend

from support.paths import ROOT

from .interleaved import Row

RESULTS = ROOT / "bench" / "results" / "python.json"
README = ROOT / "python" / "README.md"
_BEGIN, _END = "<!-- speed -->\n", "<!-- end of speed -->\n"


def record_of(rows: list[Row], **setting: int) -> dict[str, Any]:
    """What was measured, on what, of which commit."""
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"],  # noqa: S607 - the one of who measures
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    packages = ("cryptography", "PyJWT", "joserfc", "fastmcp")
    return {
        "commit": commit,
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in packages},
            "openssl": backend.openssl_version_text(),
        },
        **setting,
        "rows": [row._asdict() for row in rows],
    }


def table_of(record: dict[str, Any]) -> str:
    """The table, as it stands in the README."""
    lines = [
        "| what | checks beside the signature | µs a token | least, most | ratio | least, most |",
        "| --- | --- | ---: | ---: | ---: | ---: |",
    ]
    for row in record["rows"]:
        middle, least, most = row["microseconds"]
        ratio, lowest, highest = row["ratio"]
        lines.append(
            f"| {row['name']} | {row['checks']} | {middle:.1f} | {least:.1f}, {most:.1f} |"
            f" {ratio:.2f} | {lowest:.2f}, {highest:.2f} |"
        )
    versions = ", ".join(f"{name} {number}" for name, number in record["versions"].items())
    machine = record["machine"]
    about = (
        "Processor time of one thread, and the floor's, the signature alone, divided by it;"
        f" {record['rounds']} rounds of {record['batch']} tokens of {record['token_length']}"
        " characters each, everyone in every round; a ratio is that of one round."
        f" {machine['processor']}, {machine['cores']} cores; {versions}; commit"
        f" {record['commit'][:7]}, {record['date']}."
    )
    return "\n".join([*lines, "", about, ""])


def readme_with(table: str) -> str:
    """The README with this table."""
    before, rest = README.read_text().split(_BEGIN)
    _, after = rest.split(_END)
    return f"{before}{_BEGIN}\n{table}\n{_END}{after}"


def write(record: dict[str, Any]) -> None:
    """Writes the record, and its table into the README."""
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    README.write_text(readme_with(table_of(record)))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or sys.platform
