"""The recogniser: it learns from skeleton clips, first without labels and then with them.

Tensors have their shape as a suffix: N clips, T frames, V joints, C channels (2 or 3 coordinates,
or what an encoder makes of them), D features, K rows of a queue. `x_NTVC` is float. `mask_NTV` is
bool: True if a joint is seen. Coordinates are relative to the root, in shoulder widths. Values of a
joint that is not seen (NaN included) are never used.
"""

from __future__ import annotations

import os

# Waiting threads spin 10,000 rounds and then sleep. On an idle machine this is as fast as longer
# spinning (1,000 rounds are a third slower); on a busy machine it is faster. It has an effect only
# before torch is imported.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
