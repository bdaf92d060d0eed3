"""What a repository asks of a check: ``cnninspect.toml``, or ``[tool.cnninspect]`` of its ``pyproject.toml``."""
