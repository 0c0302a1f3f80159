"""Consumers of the streams."""
