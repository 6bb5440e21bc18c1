"""Made-up micro-gestures: a kinematic upper body, classes by definition, a camera, a detector's
faults.

    acts (what happens when) → figure, posing (where joints are) → cameras (pixels) → detector

`trimmed` makes clips from this, `untrimmed` makes recordings with their true gestures. Four YAML
files say how classes, and movements that are none, look. This layer is not part of `datasets`,
whose modules all import other people's data.
"""

from __future__ import annotations

from mgllm.synthetic.definitions import (
    LAYOUT as LAYOUT,
    VOCABULARY as VOCABULARY,
    clip_classes as clip_classes,
    hidden_classes as hidden_classes,
    visible_classes as visible_classes,
)
from mgllm.synthetic.detector import Difficulty as Difficulty
from mgllm.synthetic.preview import draw_preview as draw_preview
from mgllm.synthetic.trimmed import make_clips as make_clips
from mgllm.synthetic.untrimmed import Recording as Recording, make_recording as make_recording
