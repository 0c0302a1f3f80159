"""Wrong options."""


class ConfigurationError(TypeError):
    """Something is constructed with options that are missing, malformed or unknown."""
