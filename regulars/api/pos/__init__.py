"""The door of tills: prices, purchases, registration at the counter; a key per till."""
