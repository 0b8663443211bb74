"""How the interpreter looks for rubbish once a process is ready.

What was loaded at the start lives as long as the process; looking through it again and again took a sixth of the CPU
of a page, and stopped the event loop for 0.1 s each time.
"""

from __future__ import annotations

import gc
from typing import Final

YOUNG: Final = 20_000  # new objects between two looks at the young ones; Python's own 700 is less than one page makes
OLDER: Final = (20, 50)  # looks at the young ones until the middle-aged are looked at, and so on


def settle() -> None:
    """Called once, when everything is loaded: leave what is there alone, and look at new things less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *OLDER)
