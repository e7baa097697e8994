"""``python -m cli``: the same as ``watchkeeper``."""

import sys

from cli.main import main

sys.exit(main())
