"""The READMEs' code is that of files which run, and does what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from fill_readmes import READMES, filled
from support.dev_sts import DevSts
from support.serve import call_of, post, serving

PACKAGES = Path(__file__).parents[1] / "packages"


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.parent.name)
def test_the_code_is_that_of_files(readme: Path) -> None:
    assert readme.read_text() == filled(readme), "python tests/fill_readmes.py copies it in"


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


async def test_the_server_is_protected(sts: DevSts) -> None:
    path = PACKAGES / "mcp-fastmcp" / "tests" / "snippets" / "protected_server.py"
    source = path.read_text().replace("https://sts.example.com", sts.issuer)
    names: dict[str, object] = {"__name__": "protected_server"}
    code = compile(
        source.replace("https://sts.example.com", sts.issuer), "protected_server", "exec"
    )
    exec(code, names)
    async with serving(names["mcp"], stateless_http=True) as url:  # type: ignore[arg-type]
        user = sts.mint("zone_prod", scope="mcp:tool:call notes:delete")
        assert "user_dev" in (await post(url, call_of("whoami"), user)).text
        refused = await post(url, call_of("delete_notes"), user)
        assert (refused.status_code, refused.json()["error"]) == (403, "agent_required")
        assert (await post(url, call_of("whoami"), None)).status_code == 401
