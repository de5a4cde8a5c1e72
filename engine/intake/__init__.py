"""From the bytes of an export to canonical transactions in shards: what the file is, and one pass over it."""
