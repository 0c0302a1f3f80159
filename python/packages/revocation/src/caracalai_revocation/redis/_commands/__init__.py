"""How commands are sent and answered."""
