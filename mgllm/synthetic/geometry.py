"""Vectors and rotations of many frames at once.

Vectors are [3, F], rotations [3, 3, F]: the long axis is last, where numpy is fast. x points to the
person's left, y up, z to where the person faces; metres and radians.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float32]
Numbers = NDArray[np.int64]
TINY = np.float32(1e-9)


def dot(a_3F: Reals, b_3F: Reals) -> Reals:
    """Scalar product of each frame, [F]."""
    product: Reals = a_3F[0] * b_3F[0] + a_3F[1] * b_3F[1] + a_3F[2] * b_3F[2]
    return product


def cross(a_3F: Reals, b_3F: Reals) -> Reals:
    """Vector product of each frame."""
    x = a_3F[1] * b_3F[2] - a_3F[2] * b_3F[1]
    y = a_3F[2] * b_3F[0] - a_3F[0] * b_3F[2]
    z = a_3F[0] * b_3F[1] - a_3F[1] * b_3F[0]
    return np.stack([x, y, z])


def length(v_3F: Reals) -> Reals:
    """Length of each frame's vector, [F]."""
    return np.sqrt(dot(v_3F, v_3F))


def unit(v_3F: Reals) -> Reals:
    """The vectors scaled to length 1."""
    return v_3F / (length(v_3F) + TINY)


def beside(v_3F: Reals, axis_3F: Reals) -> Reals:
    """The part of a vector at right angles to a unit axis, scaled to length 1."""
    return unit(v_3F - dot(v_3F, axis_3F) * axis_3F)


def turned_toward(a_3F: Reals, b_3F: Reals, most: float) -> Reals:
    """The unit vector a, turned toward the unit vector b by at most `most` radians."""
    cosine: Reals = np.clip(dot(a_3F, b_3F), np.float32(-1), np.float32(1))
    angle: Reals = np.asarray(np.minimum(np.arccos(cosine), np.float32(most)), np.float32)
    cos: Reals = np.cos(angle)
    sin: Reals = np.sin(angle)
    return cos * a_3F + sin * beside(b_3F, a_3F)


def rotation(lean_F: Reals, turn_F: Reals, tilt_F: Reals) -> Reals:
    """First tilt (the top goes to the right), then lean (forward), then turn (to the left): [3, 3,
    F]."""
    cl, sl, ct, st = np.cos(lean_F), np.sin(lean_F), np.cos(turn_F), np.sin(turn_F)
    cr, sr = np.cos(tilt_F), np.sin(tilt_F)
    rows = (
        (ct * cr + st * sl * sr, st * sl * cr - ct * sr, st * cl),
        (cl * sr, cl * cr, -sl),
        (ct * sl * sr - st * cr, st * sr + ct * sl * cr, ct * cl),
    )
    return np.stack([np.stack(np.broadcast_arrays(*row)) for row in rows])


def rotated(r_33F: Reals, v_3F: Reals) -> Reals:
    """Each frame's rotation applied to its vector."""
    turned: Reals = np.einsum("ijf,jf->if", r_33F, np.broadcast_to(v_3F, (3, r_33F.shape[2])))
    return turned


def combined(first_33F: Reals, then_33F: Reals) -> Reals:
    """One rotation after another: `then` in the directions that `first` gives."""
    made: Reals = np.einsum("ijf,jkf->ikf", first_33F, then_33F)
    return made


def mixed(a: Reals, b: Reals, share_F: Reals | np.float32) -> Reals:
    """A mixture of a (share 0) and b (share 1)."""
    return a + (b - a) * share_F
