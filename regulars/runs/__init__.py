"""One start of a mailing: its audience frozen into rows, and whether it may go on."""
