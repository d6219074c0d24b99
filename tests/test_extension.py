"""The extension that losses and students share."""

import pytest

from skdistill._extension import instruction_sets, kernels


@pytest.mark.skipif(kernels is None, reason="the extension was not built")
def test_an_unknown_instruction_set_is_refused():
    assert instruction_sets()[-1] == "portable"
    with pytest.raises(ValueError, match="this processor cannot run 'mmx'"):
        kernels.use("mmx")
