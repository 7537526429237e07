"""The files of golden vectors, for the scripts that make them: written, or compared with what is there."""

import sys


def keep(arguments, usage, folder, files, suffixes=None):
    """Writes `files`, contents by name, and takes away what else is there; with `--check` tells what differs instead.

    suffixes: only such files of the folder are looked at; None: all. Returns the exit status of the script.
    """
    present = {
        path.name: path
        for path in folder.glob("*")
        if path.is_file() and (suffixes is None or path.suffix in suffixes)
    }
    total = f"{len(files)} files, {sum(map(len, files.values()))} bytes"
    if arguments == ["--check"]:
        wrong = sorted(set(present) ^ set(files))
        wrong += sorted(name for name in set(present) & set(files) if present[name].read_bytes() != files[name])
        for name in wrong:
            state = "differs" if name in present and name in files else "missing" if name in files else "surplus"
            print(f"{name}: {state}")
        print(f"{total}, {len(wrong)} wrong")
        return 1 if wrong else 0
    if arguments:
        print(usage, file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    for name in set(present) - set(files):
        present[name].unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    print(total)
    return 0
