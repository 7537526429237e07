"""Makes a table of all the classes of generated headers, as C: foreign.py FILE FOLDER HEADER…"""

import pathlib
import re
import sys

file, folder, *headers = sys.argv[1:]
names = [name for header in headers
         for name in re.findall(r"^extern const pier_class (\w+);$", (pathlib.Path(folder) / header).read_text(), re.M)]
lines = [f'#include "{header}"' for header in headers]
lines += ["", '#include "generated/foreign.h"', "", "const pier_class *const foreign_classes[] = {"]
lines += [f"    &{name}," for name in names]
lines += ["};", f"const size_t foreign_count = {len(names)};", ""]
pathlib.Path(file).write_text("\n".join(lines))
