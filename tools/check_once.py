"""Checks the one line that `regulars demo --once --json` prints: the claims of the README, as numbers."""

import json
import sys
from pathlib import Path


def main() -> None:
    """Read the file named on the command line; exit with a sentence when a claim does not hold."""
    lines = Path(sys.argv[1]).read_text().splitlines()
    assert len(lines) == 1, f"one line was promised, {len(lines)} came"
    seen = json.loads(lines[0])
    assert seen["receipts"] >= 5000, f"only {seen['receipts']} receipts"
    assert seen["ledger_sum"] == 0, f"the ledger's sum is {seen['ledger_sum']}"
    assert seen["messages"]["sms"].get("delivered", 0) > 0, f"no SMS was delivered: {seen['messages']}"
    wanted = {"smartcomms": "off", "loyalty": "inactive", "other_types": "untouched"}
    assert seen["unsubscribe"] == wanted, f"the opt-out ended as {seen['unsubscribe']}"
    assert seen["seconds"] <= 180, f"it took {seen['seconds']} s"
    print(f"demo: {seen['receipts']} receipts in {seen['seconds']} s, ledger 0, opt-out holds in both systems")


if __name__ == "__main__":
    main()
