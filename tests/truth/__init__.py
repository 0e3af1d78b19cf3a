"""The truth: what a catalog must hold, worked out from the sandbox's state without any code of Fairlead's mapping.

`truth_of` calculates it, `compare` lays an export beside it. The calculation reads the objects of the organization,
not its HTTP answers, and restates every rule in plain Python, so that it can disagree with the product.
"""

from truth.comparison import Comparison, compare
from truth.entities import Entities, Entity, with_stubs
from truth.sight import Sight
from truth.whole import STUB_TARGETS, truth_of

__all__ = [
    "STUB_TARGETS",
    "Comparison",
    "Entities",
    "Entity",
    "Sight",
    "compare",
    "truth_of",
    "with_stubs",
]
