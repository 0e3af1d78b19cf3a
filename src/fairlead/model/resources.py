"""What a new installation can be given at a target beside a mapping and blueprints."""

from __future__ import annotations

from typing import Literal

import msgspec

ExtraKind = Literal["action", "scorecard", "page"]


class Extra(msgspec.Struct, frozen=True):
    """A scorecard of one blueprint, a page or an action. `definition` is its JSON as the user wrote it (canonical);
    `blueprint` is "" but for a scorecard."""

    kind: ExtraKind
    identifier: str
    definition: bytes
    blueprint: str = ""

    def __str__(self) -> str:
        place = f" of the blueprint {self.blueprint!r}" if self.blueprint else ""
        return f"{self.kind} {self.identifier!r}{place}"
