"""A process of its own that posts expiry, a few lots at a time, and says so after each; made to be killed."""

from datetime import datetime

import django


def main(at: datetime) -> None:
    """Post until nothing is left."""
    django.setup()
    from regulars.loyalty.points import actions as points

    while posted := points.expire_due(at=at, limit=5):
        print(posted, flush=True)


if __name__ == "__main__":
    import sys

    main(datetime.fromisoformat(sys.argv[1]))
