"""What the demo reads and sets up: shopping data, people, and the programme as plain words."""
