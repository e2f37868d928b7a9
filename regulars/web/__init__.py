"""Doors with pages: one folder per audience, and the shell that they share."""
