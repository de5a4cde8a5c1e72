"""What the customers do: sums over shards that merge exactly, and the tables made of them."""
