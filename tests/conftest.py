"""What every test shares: one torch thread, and hypothesis without deadlines."""

import hypothesis
import torch

torch.set_num_threads(1)  # several test runs share a machine

hypothesis.settings.register_profile("skdistill", deadline=None)  # a fit takes what it takes
hypothesis.settings.load_profile("skdistill")
