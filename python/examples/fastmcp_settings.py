"""FastMCP by the settings of the notes server alone. To be imported before FastMCP.

FastMCP reads variables of its own, and a file, and would prefer them to what ours leave open.
"""

import os

for _name in [name for name in os.environ if name.startswith("FASTMCP_")]:
    del os.environ[_name]
os.environ["FASTMCP_ENV_FILE"] = os.devnull
os.environ["FASTMCP_LOG_LEVEL"] = "CRITICAL"
