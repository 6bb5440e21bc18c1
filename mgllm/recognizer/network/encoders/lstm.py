"""Another temporal encoder: an LSTM (Hochreiter and Schmidhuber, Neural Computation 1997) over
frames.

Everything but the cell is as in `gru`, so that a comparison of both is one of cells. Widths are our
reading.
"""

from __future__ import annotations

from torch import nn

from mgllm.recognizer.network.encoders.base import encoder
from mgllm.recognizer.network.encoders.gru import RecurrentEncoder


@encoder("lstm")
class LstmEncoder(RecurrentEncoder):
    """An LSTM."""

    layer = nn.LSTM
