"""Both languages, the same tokens and headers: the same answers, to the letter."""
