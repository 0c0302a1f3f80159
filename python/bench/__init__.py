"""What a verification costs, beside peers and beside the raw signature."""
