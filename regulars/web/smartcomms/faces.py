"""What the unsubscribe page shows of a customer's choices, in the shell's rows and sentences."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from regulars.smartcomms.subscriptions.links import Link
from regulars.smartcomms.subscriptions.queries import CategoryChoice, Choices, find_category_name, off_since
from regulars.web.shell import figures, sentences
from regulars.web.shell.channels import look
from regulars.web.shell.faces import Cell, Mailing, Switch


def switches(choices: Choices) -> list[Switch]:
    """The whole channels."""
    return [Switch(channel, channel, is_on) for channel, is_on in choices.channels.items()]


def mailings(choices: Choices) -> list[Mailing]:
    """The categories; one that is absent is shown as on, since it is not refused."""
    return [_mailing(choice) for choice in choices.categories]


def _mailing(choice: CategoryChoice) -> Mailing:
    cells = [Cell(c, f"{choice.code}:{c}", status is not False) for c, status in choice.statuses.items()]
    return Mailing(choice.code, choice.name, choice.name, cells, choice.description)


def hears(choices: Choices) -> str:
    """What the customer hears from us, in one sentence; messages without a category count too."""
    topic = _("everything else") if choices.categories else _("news and offers")
    rest = Mailing("", "", topic, [Cell(channel, "", True) for channel in choices.channels])
    return sentences.hears([*mailings(choices), rest], switches(choices))


def changed(before: Choices, after: Choices) -> str:
    """What a save has changed, in one sentence."""
    return sentences.changed([*_channels(before), *mailings(before)], [*_channels(after), *mailings(after)])


def _channels(choices: Choices) -> Iterable[Mailing]:
    cells = [Cell(channel, channel, is_on) for channel, is_on in choices.channels.items()]
    return [Mailing("", _("the whole channel"), "", cells)]


def already(link: Link) -> str:
    """That what the link is about has been off for a while; nothing when it is not."""
    since = off_since(link.person_id, channel=link.channel, category=link.category)
    if since is None:
        return ""
    named = {"channel": look(link.channel).by, "day": figures.day(since.date())}
    if name := find_category_name(link.category):
        return _("“%(category)s” %(channel)s has been off since %(day)s.") % {"category": name, **named}
    return _("Nothing has been sent %(channel)s since %(day)s.") % named
