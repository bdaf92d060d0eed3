"""Questions that need a network many times over: elaborated on other inputs, then looked at by passes."""
