"""Where things are."""

import os
from pathlib import Path

ROOT = Path(__file__).parents[3]
"""The root of the repository."""

VECTORS = ROOT / "vectors"

CORPORA = Path(os.environ.get("CARACAL_CORPORA") or ROOT.parent / "shared" / "wycheproof")
"""Data of others that the project does not hold; as for the TypeScript half."""
