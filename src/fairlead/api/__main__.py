"""`python -m fairlead.api` prints the OpenAPI document."""

import sys

from fairlead.api.application import document

sys.stdout.buffer.write(document())
