"""The dev STS of the TypeScript half, over HTTP."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

import httpx

from .paths import ROOT

PROGRAM = ROOT / "packages" / "dev-sts" / "dist" / "main.js"
AUDIENCE = "https://mcp.example.com"
_DEADLINE_SECONDS = 30


class DevSts:
    """An STS of its own, in a process of its own, until it is closed."""

    def __init__(self, zones: str = "zone_dev", port: int = 0) -> None:
        if not PROGRAM.exists():
            raise RuntimeError("The dev STS is not built: run `npm ci && npm run build` first")
        self._process = subprocess.Popen(
            ["node", str(PROGRAM)],
            env={
                "PATH": os.environ["PATH"],
                "CARACAL_DEV_STS_PORT": str(port),
                "CARACAL_DEV_STS_ZONES": zones,
                "CARACAL_DEV_STS_AUDIENCE": AUDIENCE,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self.close()
            raise RuntimeError("The dev STS did not start")
        self.issuer: str = json.loads(line)["issuer"]
        self._client = httpx.Client(trust_env=False, timeout=_DEADLINE_SECONDS)

    def mint(self, zone: str | None = None, **claims: Any) -> str:
        """A mandate with these claims in place of the default ones."""
        body = {"claims": claims, "options": {} if zone is None else {"zone": zone}}
        response = self._client.post(f"{self.issuer}/dev/mint", json=body)
        response.raise_for_status()
        token: str = response.json()["token"]
        return token

    def close(self) -> None:
        """Ends the process."""
        if hasattr(self, "_client"):
            self._client.close()
        self._process.terminate()
        self._process.wait(timeout=_DEADLINE_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()


def agent(**claims: Any) -> dict[str, Any]:
    """Claims of an agent's mandate."""
    return {"agent_session_id": "agent_session_dev", **claims}


def delegated(hops: int = 1, **claims: Any) -> dict[str, Any]:
    """Claims of an agent's mandate that was delegated over so many hops, with a right chain."""
    edges = [f"edge_{index}" for index in range(1, hops + 1)]
    chain: list[Mapping[str, str]] = [
        {
            "application_id": f"app_{index}",
            "agent_session_id": f"agent_session_{index}",
            "delegation_edge_id": edge,
        }
        for index, edge in enumerate(edges, 1)
    ]
    chain.append({"application_id": "app_dev", "agent_session_id": "agent_session_dev"})
    return agent(
        delegation_edge_id=edges[-1],
        delegation_path=edges,
        delegation_chain=chain,
        hop_count=hops,
        **claims,
    )
