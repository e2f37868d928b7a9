"""The door of Smart Communications: changes of whole channels, signed with the shared key."""
