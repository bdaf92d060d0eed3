"""The project's own language: YAML text to a graph."""
