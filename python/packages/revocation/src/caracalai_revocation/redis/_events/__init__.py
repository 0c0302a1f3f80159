"""What Caracal publishes, and how it is believed."""
