"""What every test shares: one torch thread, hypothesis without deadlines, and Ctrl-C."""

import signal

import hypothesis
import torch

torch.set_num_threads(1)  # several test runs share a machine

hypothesis.settings.register_profile("skdistill", deadline=None)  # a fit takes what it takes
hypothesis.settings.load_profile("skdistill")

# a shell starts jobs in the background with Ctrl-C ignored, and so would be their children
signal.signal(signal.SIGINT, signal.default_int_handler)
