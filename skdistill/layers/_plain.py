"""Layers and outputs as plain dicts, for pickles and files."""

from typing import Any

from skdistill.layers._encode_table import EncodeTable, Periodic
from skdistill.layers._functions import Activation, Sigmoid, Softmax
from skdistill.layers._heads import Affine, Ascending, Exponential
from skdistill.layers._layer import Layer
from skdistill.layers._linear import Linear
from skdistill.layers._members import AverageOfMembers, LinearOfMembers, MeanOfMembers, Scale
from skdistill.layers._outputs import Classes, Labels, Numbers, Outputs, Quantiles

STEPS = EncodeTable, Periodic, Linear, Activation, Scale, LinearOfMembers
JOINS = MeanOfMembers, AverageOfMembers
LASTS = Softmax, Sigmoid, Affine, Exponential, Ascending
LAYERS: dict[str, type[Layer]] = {cls.__name__: cls for cls in (*STEPS, *JOINS, *LASTS)}
MEANINGS = Classes, Labels, Numbers, Quantiles
OUTPUTS: dict[str, type[Outputs]] = {cls.__name__: cls for cls in MEANINGS}
KINDS: dict[str, Any] = {**LAYERS, **OUTPUTS}


def to_plain(part: Layer | Outputs) -> Any:
    """Return a layer, or outputs, as a dict of kind and fields; any other layer as it is."""
    kind = type(part).__name__
    return {"kind": kind, **part.given()} if KINDS.get(kind) is type(part) else part


def from_plain(described: Any) -> Any:
    """Return the layer, or the outputs, that `to_plain` described."""
    if isinstance(described, Layer):
        return described
    return KINDS[described["kind"]](**{k: v for k, v in described.items() if k != "kind"})
