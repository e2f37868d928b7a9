"""How a channel looks and what it is called."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class ChannelLook:
    """Name, icon, and how a sentence speaks of the channel: first in a list, and after another."""

    name: str | Promise
    icon: str
    by: str | Promise
    also: str | Promise


LOOKS = {
    "sms": ChannelLook(_("SMS"), "sms", _("by SMS"), pgettext_lazy("by … and", "SMS")),
    "email": ChannelLook(_("Email"), "mail", _("by email"), pgettext_lazy("by … and", "email")),
    "push": ChannelLook(_("Push"), "notifications", _("by push"), pgettext_lazy("by … and", "push")),
    "viber": ChannelLook(_("Viber"), "forum", _("by Viber"), pgettext_lazy("by … and", "Viber")),
    "social": ChannelLook(_("Social networks"), "group", _("in social networks"), _("in social networks")),
    "autocall": ChannelLook(
        _("Automatic calls"), "call", _("by automatic calls"), pgettext_lazy("by … and", "automatic calls")
    ),
    "bot": ChannelLook(_("Chat bot"), "smart_toy", _("by chat bot"), pgettext_lazy("by … and", "chat bot")),
}


def look(channel: str) -> ChannelLook:
    """Return the look of a channel; one we have no picture for shows its code."""
    return LOOKS.get(channel, ChannelLook(channel, "forum", channel, channel))
