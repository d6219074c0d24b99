"""``python -m skdistill`` is the command."""

import sys

from skdistill.cli import main

sys.exit(main())
