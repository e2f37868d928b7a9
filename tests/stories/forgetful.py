"""A twin of web and worker with a planted defect: an opt-out is written down, and what waits is not cancelled."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.settings")

from regulars.cli import main
from regulars.messages import statements

_WHAT_WAITS = "state in ('queued', 'claimed')"
assert _WHAT_WAITS in statements.CANCEL
statements.CANCEL = statements.CANCEL.replace(_WHAT_WAITS, "false")

if __name__ == "__main__":
    sys.argv = ["regulars", "worker"]
    main()
else:
    from regulars.wsgi import application as application
