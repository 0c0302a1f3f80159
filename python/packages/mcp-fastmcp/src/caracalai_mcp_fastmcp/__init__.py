"""FastMCP glue."""
