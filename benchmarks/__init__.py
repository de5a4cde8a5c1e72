"""Benchmarks: the engine and its peers on the same work, each run in a process of its own."""
