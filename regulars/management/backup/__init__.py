"""Backups: one file with everything, made while the installation runs; restoring it; and proving that it is whole."""
