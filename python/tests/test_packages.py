"""What users get: wheels, installed into an empty environment, and who may import whom."""

import ast
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from support.dev_sts import DevSts

PACKAGES = Path(__file__).parents[1] / "packages"
NAMES = ("identity", "revocation", "transport-mcp", "mcp-fastmcp")
SNIPPETS = PACKAGES / "mcp-fastmcp" / "tests" / "snippets"

# Dependencies point inward, and there are no circles.
MAY_IMPORT: dict[str, set[str]] = {
    "identity": set(),
    "revocation": set(),
    "transport-mcp": {"caracalai_identity", "caracalai_revocation"},
    "mcp-fastmcp": {"caracalai_transport_mcp"},
}
NEVER = {
    "identity": {"starlette", "mcp", "fastmcp", "redis"},
    "revocation": {"httpx", "cryptography", "starlette", "mcp", "fastmcp"},
    "transport-mcp": {"cryptography", "starlette", "mcp", "fastmcp", "redis"},
    "mcp-fastmcp": {"cryptography", "redis"},
}


def imports_of(package: str) -> set[str]:
    """The first name of every module that is imported from outside."""
    found: set[str] = set()
    for path in (PACKAGES / package / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                found.add(node.module.split(".")[0])
    return found - {f"caracalai_{package.replace('-', '_')}"}


@pytest.mark.parametrize("package", NAMES)
def test_who_imports_whom(package: str) -> None:
    imported = imports_of(package)
    ours = {name for name in imported if name.startswith("caracalai_")}
    assert ours <= MAY_IMPORT[package]
    assert imported & NEVER[package] == set()


@pytest.mark.parametrize("package", NAMES)
def test_what_is_imported_is_declared(package: str) -> None:
    manifest = (PACKAGES / package / "pyproject.toml").read_text()
    declared = re.search(r"^dependencies = \[(.*)\]$", manifest, re.MULTILINE)
    assert declared is not None
    distributions = re.findall(r'"([a-z-]+)', declared[1])
    given = {name.replace("-", "_") for name in distributions}
    # FastMCP is made of these, and its users meet them.
    if "fastmcp" in given:
        given |= {"mcp", "starlette", "pydantic"}
    outside = imports_of(package) - set(sys.stdlib_module_names) - {"typing_extensions"}
    assert outside <= given


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    for package in NAMES:
        command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
        subprocess.run(
            [*command, "--quiet", "--wheel-dir", str(folder), str(PACKAGES / package)], check=True
        )
    return sorted(folder.glob("*.whl"))


def test_a_wheel_holds_the_package_and_its_types(wheels: list[Path]) -> None:
    assert len(wheels) == len(NAMES)
    for wheel in wheels:
        module = wheel.name.split("-")[0]
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            (metadata,) = (name for name in names if name.endswith("METADATA"))
            text = archive.read(metadata).decode()
        outside = [name for name in names if not name.startswith((f"{module}/", f"{module}-"))]
        assert outside == []
        assert f"{module}/py.typed" in names
        assert not any("test_" in name or "conftest" in name for name in names)
        assert any(name.endswith("licenses/LICENSE") for name in names)
        assert "Requires-Python: >=3.10" in text
        assert "License-Expression: Apache-2.0" in text


def test_installed_into_an_empty_environment_the_seeds_snippet_runs(
    sts: DevSts, wheels: list[Path], tmp_path: Path
) -> None:
    """Dependencies are those of the tests, by a path; ours come from the wheels alone."""
    venv.create(tmp_path / "env", with_pip=False)
    site = next((tmp_path / "env").glob("lib/python*/site-packages"))
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)
    borrowed = Path(sys.prefix).glob("lib/python*/site-packages")
    program = tmp_path / "program.py"
    snippet = (SNIPPETS / "seed_verifier.txt").read_text()
    body = "\n".join(f"    {line}" for line in snippet.splitlines())
    program.write_text(
        "import asyncio, sys\n"
        f"sys.path += {list(map(str, borrowed))}\n"
        "from caracalai_revocation import InMemoryRevocationStore\n"
        "async def main(revocations, token):\n"
        f"{body.replace('https://sts.example.com', sts.issuer)}\n"
        "    print(context.sub, context.zone_id, context.scope)\n"
        "    import caracalai_mcp_fastmcp, caracalai_identity\n"
        "    print(caracalai_mcp_fastmcp.__file__, caracalai_identity.__file__)\n"
        "asyncio.run(main(InMemoryRevocationStore(), sys.argv[1]))\n"
    )
    token = sts.mint("zone_prod", agent_session_id="agent_session_dev")
    done = subprocess.run(
        [str(tmp_path / "env" / "bin" / "python"), str(program), token],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert first == "user_dev zone_prod mcp:tool:call"
    assert all(path.startswith(str(site)) for path in second.split())
