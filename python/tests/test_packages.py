"""What users get: wheels, installed into an empty environment, and who may import whom."""

import ast
import re
import subprocess
import sys
import venv
import zipfile
from email import message_from_bytes
from email.message import Message
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

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
    extras = re.search(r"^optional-dependencies = \{(.*)\}$", manifest, re.MULTILINE)
    listed = declared[1] + (extras[1] if extras else "")
    distributions = re.findall(r'"([a-z-]+)', listed)
    given = {name.replace("-", "_") for name in distributions}
    # FastMCP is made of these, and its users meet them.
    if "fastmcp" in given:
        given |= {"mcp", "starlette", "pydantic"}
    outside = imports_of(package) - set(sys.stdlib_module_names) - {"typing_extensions"}
    assert outside <= given


def test_redis_is_needed_by_those_alone_who_import_it() -> None:
    program = "import sys; sys.modules['redis'] = None; import caracalai_mcp_fastmcp"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("wheels")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    paths = [str(PACKAGES / package) for package in NAMES]
    subprocess.run([*command, "--quiet", "--wheel-dir", str(folder), *paths], check=True)
    return sorted(folder.glob("*.whl"))


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        return message_from_bytes(archive.read(name))


def test_a_wheel_holds_the_package_and_its_types(wheels: list[Path]) -> None:
    assert len(wheels) == len(NAMES)
    for wheel in wheels:
        module = wheel.name.split("-")[0]
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
        outside = [name for name in names if not name.startswith((f"{module}/", f"{module}-"))]
        assert outside == []
        assert f"{module}/py.typed" in names
        assert not any("test_" in name or "conftest" in name for name in names)
        assert any(name.endswith("licenses/LICENSE") for name in names)


def test_a_wheel_says_what_it_is(wheels: list[Path]) -> None:
    for wheel, package in zip(wheels, sorted(NAMES), strict=True):
        metadata = metadata_of(wheel)
        assert metadata["Name"] == f"caracalai-{package}"
        assert metadata["Requires-Python"] == ">=3.10"
        assert metadata["License-Expression"] == "Apache-2.0"
        assert metadata["License-File"] == "LICENSE"
        assert metadata["Description-Content-Type"] == "text/markdown"
        classifiers = metadata.get_all("Classifier", [])
        assert "Typing :: Typed" in classifiers
        for minor in range(10, 15):
            assert f"Programming Language :: Python :: 3.{minor}" in classifiers
        assert str(metadata.get_payload()).startswith(f"# caracalai-{package}")
        # Ours go together: one of another version may judge otherwise.
        for line in metadata.get_all("Requires-Dist", []):
            required = Requirement(line)
            if required.name.startswith("caracalai-"):
                assert str(required.specifier) == f"=={metadata['Version']}"


def dependencies_of(wheels: list[Path]) -> set[str]:
    """What the wheels ask for, and what that asks for, by what is installed here."""
    names: set[str] = set()
    asked = [line for wheel in wheels for line in metadata_of(wheel).get_all("Requires-Dist", [])]
    waiting = [(line, "") for line in asked]
    seen = set(waiting)
    while waiting:
        line, extra = waiting.pop()
        required = Requirement(line)
        is_ours = required.name.startswith("caracalai-")
        if is_ours or (required.marker and not required.marker.evaluate({"extra": extra})):
            continue
        found = distribution(required.name)
        names.add(canonicalize_name(required.name))
        more = {(each, of) for each in found.requires or () for of in ("", *required.extras)}
        waiting += more - seen
        seen |= more
    return names


def link_files_of(name: str, folder: Path) -> None:
    """Places what was installed here, file by file: several may share a package."""
    found = distribution(name)
    for file in found.files or ():
        # What is outside are programs.
        if ".." not in file.parts:
            link = folder.joinpath(*file.parts)
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(Path(str(found.locate_file(file))))


def test_installed_into_an_empty_environment_the_seeds_snippet_runs(
    sts: DevSts, wheels: list[Path], tmp_path: Path
) -> None:
    """By pip, beside what the wheels ask for and nothing else, at the versions of the tests."""
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    # pip has installed these from the index once, in this environment.
    (folder,) = (tmp_path / "env" / "lib").glob("python*/site-packages")
    for name in dependencies_of(wheels):
        link_files_of(name, folder)
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--quiet"]
    # Of two versions that exclude each other, both are taken: see requirements-dev.txt.
    install = [*pip, "install", "--no-deps", "--no-compile", "--no-index"]
    subprocess.run([*install, *map(str, wheels)], check=True)

    program = tmp_path / "program.py"
    snippet = (SNIPPETS / "seed_verifier.txt").read_text()
    body = "\n".join(f"    {line}" for line in snippet.splitlines())
    program.write_text(
        "import asyncio, sys\n"
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
        [str(python), "-I", str(program), token],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    first, second = done.stdout.splitlines()
    assert first == "user_dev zone_prod mcp:tool:call"
    assert all(path.startswith(str(tmp_path / "env")) for path in second.split())

    refused = subprocess.run(
        [str(python), "-I", str(program), sts.mint("zone_prod")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr.endswith("RuntimeError: agent_required\n")
