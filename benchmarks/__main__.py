"""`python -m benchmarks`: what `make bench` runs."""

import sys

from benchmarks.full_sync import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
