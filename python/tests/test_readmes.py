"""The READMEs' code is that of files which run, and does what it says."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fill_readmes import READMES, filled
from support.dev_sts import DevSts
from support.events import KEY
from support.redis_server import RedisServer
from support.serve import call_of, post, serving

PACKAGES = Path(__file__).parents[1] / "packages"


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_code_is_that_of_files(readme: Path) -> None:
    assert readme.read_text() == filled(readme), "python tests/fill_readmes.py copies it in"


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_it_says_how_to_install_what_is_not_published(readme: Path) -> None:
    said = re.search(
        r"^Not published yet\. .*`pip install ([a-z /-]+)`", readme.read_text(), re.MULTILINE
    )
    assert said is not None
    given = {path.removeprefix("packages/") for path in said[1].split()}
    manifest = (readme.parent / "pyproject.toml").read_text()
    needed = set(re.findall(r'"caracalai-([a-z-]+)==', manifest))
    assert {readme.parent.name} | needed <= given
    assert all((PACKAGES / name / "pyproject.toml").exists() for name in given)


@pytest.mark.parametrize(
    "snippet",
    [
        "identity/tests/snippets/verify.py",
        "revocation/tests/snippets/in_memory.py",
        "transport-mcp/tests/snippets/judge.py",
    ],
)
def test_it_prints_what_its_comments_say(sts: DevSts, snippet: str) -> None:
    path = PACKAGES / snippet
    arguments = (
        [] if "revocation" in snippet else [sts.issuer, sts.mint(scope="mcp:tool:call notes:read")]
    )
    done = subprocess.run(
        [sys.executable, str(path), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = re.findall(r"  # (.+)$", path.read_text(), re.MULTILINE)
    assert done.stdout.splitlines() == said


@pytest.mark.parametrize("snippet", ["shared_revocations.py", "shared_store.py", "replica.py"])
def test_with_a_redis_it_prints_what_its_comments_say(
    redis_server: RedisServer, snippet: str
) -> None:
    path = PACKAGES / "revocation" / "tests" / "snippets" / snippet
    done = subprocess.run(
        [sys.executable, str(path)],
        env={"REDIS_URL": redis_server.url, "STREAM_KEY": KEY},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    said = re.findall(r"\)  # (new: \w+|True|False|None|Rev.+)$", path.read_text(), re.MULTILINE)
    assert done.stdout.splitlines() == said


async def test_the_server_is_protected(sts: DevSts) -> None:
    path = PACKAGES / "mcp-fastmcp" / "tests" / "snippets" / "protected_server.py"
    source = path.read_text().replace("https://sts.example.com", sts.issuer)
    names: dict[str, Any] = {"__name__": "protected_server"}
    code = compile(
        source.replace("https://sts.example.com", sts.issuer), "protected_server", "exec"
    )
    exec(code, names)
    async with serving(names["mcp"], stateless_http=True) as url:
        user = sts.mint("zone_prod", scope="mcp:tool:call notes:delete")
        assert "user_dev" in (await post(url, call_of("whoami"), user)).text
        refused = await post(url, call_of("delete_notes"), user)
        assert (refused.status_code, refused.json()["error"]) == (403, "agent_required")
        assert (await post(url, call_of("whoami"), None)).status_code == 401
