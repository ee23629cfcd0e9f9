"""The golden scripts' own Python: a virtual environment with torch and transformers, made on first use.

GOLDEN_PYTHON_ENV overrides its place; the default lies in the user's cache folder, outside the repository.
"""
import os
import subprocess
import sys
from pathlib import Path

PACKAGES = ["torch==2.15.0", "transformers==5.23.0", "safetensors", "pillow"]


def enter(script):
    """Runs `script` again under the environment's Python, unless that is what runs already."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    home = Path(os.environ.get("GOLDEN_PYTHON_ENV") or cache / "winnow" / "golden-python")
    python = home / "bin" / "python"
    if Path(sys.prefix).resolve() == home.resolve():
        return
    if not python.exists():
        print(f"Making {home}; torch is a download of several gigabytes.", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", *PACKAGES], check=True)
    os.execv(str(python), [str(python), str(Path(script).resolve()), *sys.argv[1:]])
