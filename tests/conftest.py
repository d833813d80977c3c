"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as in the engine's own processes: no spinning
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

# A clock decides no test: the first examples of a fresh clone take seconds, for hypothesis lists all characters then.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real datasets; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("AUTODIDACT_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no datasets at {folder}: set AUTODIDACT_DATA to the folder that holds them")
    return folder
