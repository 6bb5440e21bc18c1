"""The recogniser: from skeleton clips to embeddings, without labels first.

Tensors carry their shape as a suffix: N clips, T frames, V joints, C channels (2 or 3 coordinates, or what an
encoder makes of them), D features, K rows of a queue. `x_NTVC` is float, `mask_NTV` bool, True where a joint
is seen. Coordinates are root-centred and in shoulder widths; whatever stands where a joint is not seen (NaN
included) is read by nobody.
"""

from __future__ import annotations

import os

# Threads that wait spin 10,000 rounds, then sleep: as fast as longer spinning on an idle machine (1,000 lose
# a third there), and faster on one that does other work. It counts where torch has not been imported yet.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
