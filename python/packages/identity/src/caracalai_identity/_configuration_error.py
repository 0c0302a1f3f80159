"""What is wrong with a configuration, said at construction."""


class ConfigurationError(TypeError, ValueError):
    """Raised when something is constructed with options that are missing, malformed or unknown.

    Both a `TypeError`, as for an unknown argument, and a `ValueError`, as for a malformed one:
    whichever a caller expects, it is caught.
    """
