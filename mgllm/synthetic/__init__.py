"""Made-up micro-gestures: a kinematic upper body, classes by definition, a camera, a detector's faults.

    acts (what happens when) → figure, posing (where joints are) → cameras (pixels) → detector

`trimmed` makes clips of it, `untrimmed` recordings with their truth. What classes look like is data: three
YAML files. It is a layer of its own beside `datasets`, whose modules are all importers of what others made.
"""

from __future__ import annotations

from mgllm.synthetic.definitions import (
    LAYOUT as LAYOUT,
    VOCABULARY as VOCABULARY,
    hidden_classes as hidden_classes,
    visible_classes as visible_classes,
)
from mgllm.synthetic.detector import Difficulty as Difficulty
from mgllm.synthetic.preview import draw_preview as draw_preview
from mgllm.synthetic.trimmed import make_clips as make_clips
from mgllm.synthetic.untrimmed import Recording as Recording, make_recording as make_recording
