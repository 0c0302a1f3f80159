"""All that an instance needs to share revocations."""
