"""Recordings: from a video to joints and back to a picture, and from sound to words.

video (pictures and their times) → pose (MediaPipe's landmarks) → poses (joints of a layout) →
overlay; listening (samples on the same clock, Whisper's words).
"""
