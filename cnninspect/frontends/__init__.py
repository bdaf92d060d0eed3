"""Readers: one folder or file for each format a network may come in."""
