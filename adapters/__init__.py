"""Sayso learns in here: the one place with torch and peft."""

import os

# Before torch is imported: threads that spin while they wait slow a chat down twenty times as soon as a training
# runs beside it (docs/log.md).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
