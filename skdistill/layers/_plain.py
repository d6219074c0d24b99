"""Layers as plain dicts, for pickles and files."""

from skdistill.layers._encode_table import EncodeTable, Periodic
from skdistill.layers._functions import Activation, Softmax
from skdistill.layers._layer import Layer
from skdistill.layers._linear import Linear
from skdistill.layers._members import LinearOfMembers, MeanOfMembers, Scale

LAYERS = {
    cls.__name__: cls
    for cls in (
        *(EncodeTable, Periodic, Linear, Activation, Softmax),
        *(Scale, LinearOfMembers, MeanOfMembers),
    )
}


def to_plain(layer):
    """Return a layer as a dict of its kind and fields; one that is not in LAYERS as it is."""
    kind = type(layer).__name__
    return {"kind": kind, **layer.given()} if LAYERS.get(kind) is type(layer) else layer


def from_plain(described):
    """Return the layer that `to_plain` described."""
    if isinstance(described, Layer):
        return described
    return LAYERS[described["kind"]](**{k: v for k, v in described.items() if k != "kind"})
