"""Mailings: what is told to which audience over which channel, and everything about starting them."""
