"""The unsubscription reasons that the dictionary has from the start, marked for translation."""

from django.utils.translation import gettext_noop

SHIPPED = (
    ("too_many", gettext_noop("There are too many messages")),
    ("not_for_me", gettext_noop("The messages are not about what I buy")),
    ("never_asked", gettext_noop("I did not ask for these messages")),
    ("not_a_customer", gettext_noop("I do not shop here any more")),
    ("other", gettext_noop("Another reason")),
)
