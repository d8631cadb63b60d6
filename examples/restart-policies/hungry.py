"""Wants more memory than it may have, and all of it at once.

Little by little, it might only be slowed down for a long time: the kernel takes the memory of its files away, again and again.
"""

had = b"x" * (1 << 30)
