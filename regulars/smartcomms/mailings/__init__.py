"""Mailings of Smart Communications: what is told to which customers over which channel, and everything about starting them."""
