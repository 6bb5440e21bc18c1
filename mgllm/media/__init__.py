"""From a video to joints and back to a picture: decoding, pose, what a person needs to judge a transcript.

video (pictures and their times) → pose (MediaPipe's landmarks) → mapping (joints of a layout) → overlay
"""
