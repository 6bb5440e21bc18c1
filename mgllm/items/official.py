"""Numbers of the official protocols: importers, items and made-up corpora have the same sides."""

from __future__ import annotations

from collections.abc import Mapping

IMIGUE_SUBJECTS = tuple(range(1, 73))
IMIGUE_TRAIN_SUBJECTS = (
    *(2, 4, 5, 6, 9, 10, 12, 13, 14, 15, 17, 18, 20, 21, 22, 23, 25, 28, 29, 30, 31, 35, 36, 38, 39, 41),
    *(42, 43, 44, 46, 47, 48, 52, 53, 59, 61, 62),
)
"""Cross-subject protocol of iMiGUE (Liu et al., CVPR 2021); the other 35 are tested."""
EMOTION_TRAIN = (
    1, 7, 8, 11, 26, 27, 46, 47, 48, 53, 55, 57, 63, 66, 67, 74, 77, 84, 85, 86, 91, 96, 102, 103,
    104, 105, 106, 108, 109, 112, 114, 117, 124, 132, 134, 140, 148, 157, 161, 162, 163, 164, 167,
    169, 170, 172, 176, 186, 196, 216, 233, 236, 237, 239, 240, 241, 242, 243, 249, 252, 266, 290,
    297, 300, 306, 310, 314, 318, 319, 320, 324, 334, 339, 359, 360, 365, 369, 377, 381, 385, 392,
    402, 407, 410, 411, 413, 414, 415, 420, 429, 433, 435, 436, 440, 441, 445, 448, 449, 450, 451,
    452, 453,
)  # fmt: skip
EMOTION_TEST = (
    9, 10, 12, 16, 28, 35, 43, 49, 50, 51, 52, 54, 56, 60, 71, 72, 83, 89, 95, 100, 107, 110, 111,
    121, 131, 136, 144, 145, 165, 166, 168, 171, 174, 179, 185, 191, 193, 212, 220, 223, 230, 231,
    232, 234, 235, 238, 244, 246, 254, 258, 262, 263, 268, 270, 276, 280, 282, 303, 304, 311, 312,
    313, 315, 316, 317, 322, 323, 325, 327, 328, 329, 333, 337, 341, 343, 344, 363, 374, 400, 401,
    403, 404, 405, 406, 408, 416, 417, 419, 421, 428, 430, 431, 437, 438, 439, 442, 443, 444, 446,
    447,
)  # fmt: skip
"""Videos of the emotion protocol of the same paper."""
SMG_TRAIN, SMG_TEST = tuple(range(1, 36)), tuple(range(36, 41))
"""People of the cross-subject protocol of SMG (Chen et al., IJCV 2023)."""
VIDEO_LISTS: Mapping[str, tuple[int, ...]] = {"imigue-train": EMOTION_TRAIN, "imigue-test": EMOTION_TEST}
"""Lists of videos by the name that users write."""
POOLS: Mapping[str, tuple[int, ...]] = {"imigue-mg-train": IMIGUE_TRAIN_SUBJECTS}
"""People from whom published recognisers have learned, by the name that users write."""
