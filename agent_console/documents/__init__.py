"""Every document that goes over the wire, by subject. A change here is a change of the API.

Answers are frozen, and readers ignore what they do not know, so that a field may join. Wishes (bodies of requests) are
strict: an unknown or mistyped key is refused with its name.
"""
