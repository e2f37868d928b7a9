"""Benchmarks: each measures us and, where there is one, a yardstick in the same run, and prints one JSON line per size."""
