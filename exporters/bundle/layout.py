"""How the files of a bundle are called, and its ``predict.py``."""

CODE, PREDICT = "code", "predict.py"
SHIPPED = "shipped"  # the manifest's list of what surrounds the package; only `verify` looks at it

PROGRAM = b'''\
"""Ask the model in this folder: python predict.py FILE... [--json]"""

import sys
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit("This needs Python 3.11 or newer.")
HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE / "code"))

try:
    from exporters.standalone.command import main
except ImportError as error:
    sys.exit(f"{error}. Install what it needs first: pip install --require-hashes -r requirements.txt")
sys.exit(main(HERE))
'''
