"""The unsubscription reasons that the dictionary has from the start; pure."""

SHIPPED = (
    ("too_many", "There are too many messages"),
    ("not_for_me", "The messages are not about what I buy"),
    ("never_asked", "I did not ask for these messages"),
    ("not_a_customer", "I do not shop here any more"),
    ("other", "Another reason"),
)
