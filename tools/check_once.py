"""Checks the one line that `regulars demo --once --json` prints: the claims of the README, as numbers."""

import json
import sys
from pathlib import Path


def main() -> None:
    """Read the file named on the command line; exit with a sentence when a claim does not hold.

    The second word is what carried news from Loyalty to Smart Communications: `exchange` or `rabbitmq`.
    """
    lines = Path(sys.argv[1]).read_text().splitlines()
    assert len(lines) == 1, f"one line was promised, {len(lines)} came"
    seen = json.loads(lines[0])
    assert seen["receipts"] >= 5000, f"only {seen['receipts']} receipts"
    assert seen["ledger_sum"] == 0, f"the ledger's sum is {seen['ledger_sum']}"
    assert seen["messages"]["sms"].get("delivered", 0) > 0, f"no SMS was delivered: {seen['messages']}"
    wanted = {"smartcomms": "off", "loyalty": "inactive", "other_types": "untouched"}
    assert seen["unsubscribe"] == wanted, f"the opt-out ended as {seen['unsubscribe']}"
    emails = seen["messages"].get("email", {})
    assert emails.get("delivered", 0) > 0, f"no email was delivered: {seen['messages']}"
    bridge, carrier = seen["bridge"], sys.argv[2]
    assert bridge["category"]["smartcomms"] == "off", f"the category ended as {bridge['category']}"
    to_loyalty = {"carrier": "http", "channel": "email", "smartcomms": "off", "loyalty": "inactive"}
    assert bridge["to_loyalty"] == to_loyalty, f"the way to Loyalty ended as {bridge['to_loyalty']}"
    back = {"carrier": carrier, "channel": "push", "loyalty": "inactive", "smartcomms": "off"}
    assert bridge["to_smartcomms"] == back | {"categories": "untouched"}, f"the way back: {bridge['to_smartcomms']}"
    assert 0 < seen["memory_mb"] <= 400, f"web, worker and sandbox hold {seen['memory_mb']} MB"
    assert seen["seconds"] <= 180, f"it took {seen['seconds']} s"
    print(
        f"demo: {seen['receipts']} receipts in {seen['seconds']} s, ledger 0, {emails['delivered']} emails,"
        f" opt-outs hold in both systems both ways ({carrier}), {seen['memory_mb']} MB"
    )


if __name__ == "__main__":
    main()
