"""Accounts at providers through which a channel is sent: their settings, whether they are on, and what a part costs."""
