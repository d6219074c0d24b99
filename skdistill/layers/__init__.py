"""The primitive layers of which every student is made: frozen, arrays only.

A student is a short list of these. The NumPy forward below, the file format and every exporter
read the same list. Weights are float32; the forward works in float64, so that a row has the same
answer alone and in any batch. Rows are matrices of shape (n_samples, width) until a `Scale` gives
each sample several members, (n_samples, n_members, width), and `MeanOfMembers`, or
`AverageOfMembers`, joins them again.
What the numbers of the last layer are called stands beside the layers, as `Outputs`.
"""

from skdistill.layers._encode_table import BOUND, CLIP, EncodeTable, Periodic
from skdistill.layers._functions import ACTIVATIONS, Activation, Sigmoid, Softmax
from skdistill.layers._heads import MOST_EXPONENT, Affine, Ascending, Exponential, ascending
from skdistill.layers._layer import LastLayer, Layer
from skdistill.layers._linear import Linear
from skdistill.layers._members import AverageOfMembers, LinearOfMembers, MeanOfMembers, Scale
from skdistill.layers._outputs import Classes, Labels, Numbers, Outputs, Quantiles, check_levels
from skdistill.layers._plain import LAYERS, OUTPUTS, from_plain, to_plain

__all__ = ["BOUND", "CLIP", "EncodeTable", "Periodic"]
__all__ += ["ACTIVATIONS", "Activation", "Sigmoid", "Softmax"]
__all__ += ["MOST_EXPONENT", "Affine", "Ascending", "Exponential", "ascending"]
__all__ += ["LastLayer", "Layer", "Linear"]
__all__ += ["AverageOfMembers", "LinearOfMembers", "MeanOfMembers", "Scale"]
__all__ += ["Classes", "Labels", "Numbers", "Outputs", "Quantiles", "check_levels"]
__all__ += ["LAYERS", "OUTPUTS", "from_plain", "to_plain"]
