"""Who comes back, how much they will spend, and how well that is known."""
