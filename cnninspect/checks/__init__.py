"""Questions about a model whose answers are findings: lint rules, budgets, the lock file."""
