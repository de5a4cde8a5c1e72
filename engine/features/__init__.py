"""From the lines of a shard to one row per customer: pure functions from lazy frame to lazy frame."""
