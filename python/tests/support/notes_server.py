"""The variables of the notes server."""

from .dev_sts import AUDIENCE, DevSts


def environment_of(sts: DevSts) -> dict[str, str]:
    """For a server that accepts mandates of the first zone."""
    return {
        "CARACAL_ISSUER": sts.issuer,
        "CARACAL_AUDIENCE": AUDIENCE,
        "CARACAL_ZONE_ID": "zone_dev",
    }
