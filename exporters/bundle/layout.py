"""How the files of a bundle are called, and its ``predict.py``."""

CODE, PREDICT = "code", "predict.py"
SHIPPED = "shipped"  # the manifest's list of what surrounds the package; only `verify` looks at it

PROGRAM = b'''\
"""Ask the model in this folder: python predict.py FILE... [--json]"""

import os
import sys

if sys.version_info < (3, 11):
    sys.exit("This needs Python 3.11 or newer.")
HERE = os.path.dirname(os.path.realpath(__file__))
# what happens to lie beside this program is not imported in the place of what is installed
sys.path[:] = [place for place in sys.path if os.path.realpath(place) != HERE]
sys.dont_write_bytecode = True

from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path


class Ours(SourceFileLoader):
    """Imports the modules in code/ and no others from there, from their sources and never from compiled files."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] not in ("engine", "exporters"):
            return None
        place = os.path.join(HERE, "code", *name.split("."))
        for file, within in ((os.path.join(place, "__init__.py"), [place]), (place + ".py", None)):
            if os.path.isfile(file):
                return spec_from_file_location(name, file, loader=cls(name, file), submodule_search_locations=within)
        raise ModuleNotFoundError(f"{name} is not in the folder code", name=name)

    def get_code(self, name):
        file = self.get_filename(name)
        return self.source_to_code(self.get_data(file), file)


sys.meta_path.insert(0, Ours)
try:
    from exporters.standalone.command import main
except ImportError as error:
    sys.exit(f"{error}. Install what it needs first: pip install --require-hashes -r requirements.txt")
sys.exit(main(Path(HERE)))
'''
