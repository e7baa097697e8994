"""``python -m practice``: the practice fleet in a process of its own."""

import sys

from practice.server import main

sys.exit(main())
