"""Limits for the figures of a network: what a ``budgets:`` section, a configuration or an option says."""
