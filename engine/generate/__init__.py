"""Seeded synthetic exports whose customers come from planted segments: for trials, tests and benchmarks."""

from engine.generate.export import Generated, generate

__all__ = ["Generated", "generate"]
