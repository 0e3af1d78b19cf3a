"""A stand-in for Port's API, for tests. It shares no code with Fairlead, so that it can disagree with it."""

from port_api.chaos import Chaos
from port_api.clock import VirtualClock
from port_api.faults import Fault, Recorded
from port_api.server import PortApi
from port_api.state import StoredEntity

__all__ = ["Chaos", "Fault", "PortApi", "Recorded", "StoredEntity", "VirtualClock"]
