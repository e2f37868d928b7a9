"""The door of Loyalty at Smart Communications: members and changes of Mailings, signed with the shared key."""
