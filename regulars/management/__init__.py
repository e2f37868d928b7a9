"""What is started from the command line: our own commands, and what the demo is made of."""
