"""``python -m skdistill.cli`` is the command."""

import sys

from skdistill.cli._main import main

sys.exit(main())
