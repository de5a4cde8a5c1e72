"""Many exports, one analysis each: which there are, what became of each, and the processes that make them."""
