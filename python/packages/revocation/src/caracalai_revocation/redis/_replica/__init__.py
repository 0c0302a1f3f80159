"""The replica in memory."""
