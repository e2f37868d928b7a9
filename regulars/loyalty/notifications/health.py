"""Whether what rules send can leave: a gateway for each channel that they use."""

from datetime import datetime

from regulars.kit import checks
from regulars.kit.checks import Finding, failed, ok, skipped
from regulars.loyalty.notifications.models import Rule
from regulars.providers import queries as providers


def register() -> None:
    """Let the doctor look."""
    checks.register("notifications", rules_can_send, system="loyalty")


def rules_can_send(at: datetime) -> list[Finding]:
    """Look for rules over channels that no gateway serves."""
    name = "notifications"
    served = {account.channel for account in providers.list_accounts_on()}
    rules = list(Rule.objects.filter(is_on=True).order_by("event", "channel"))
    lost = [
        failed(
            name,
            f"{rule.event} is told over {rule.channel}, and no gateway sends over {rule.channel}.",
            "Back office, Settings, Gateways",
        )
        for rule in rules
        if rule.channel not in served
    ]
    if not rules:
        return [skipped(name, "No rule is on: nothing is told by itself.")]
    return lost or [ok(name, "There is a gateway for each channel that rules use.")]
