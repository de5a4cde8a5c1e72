"""What the commands of the command line share: options, progress on the terminal, and how a run ends."""

import os

# Polars frees memory and asks for it again all the time. Kept for two seconds (not half a one), this costs the system
# half as much, see CONTRIBUTING.md. The setting is read when Polars is loaded, which is later.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:2000,muzzy_decay_ms:0")
