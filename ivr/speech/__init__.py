"""Speech of callers: when they speak, what they said, and who wins when they press a key meanwhile.

``voice_activity``, ``arbiter`` and ``session`` are pure; threads and processes are in ``*_recogniser`` alone.
"""
