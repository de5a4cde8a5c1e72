"""Exports known by sight, as data: `engine.intake.layouts` compares the columns of a file with them."""
