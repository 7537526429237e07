"""Times the pier command on a large archive, each run from a cold cache: scripts/large_file.sh.

    large_file.py PIER FILE

Prints how fast `cat` reads FILE, and what check, dump and repair do beside that, with their peak memory. dump writes to
/dev/null, and, where there is room, to a file beside FILE; so does repair, which needs as much room again as FILE. What
was written is removed, and is timed with the time that the disk takes to have it.
"""

import os
import shutil
import subprocess
import sys
import time

MIB = 1 << 20


def drop_cache(path):
    """Writes the file out and asks the system to forget it, so that it is read from the disk."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def wait(child):
    """Waits for the end of the child. Returns what it used, and the most memory that it had in KiB: as long as the
    kernel counts for what runs now, not for the Python that it was forked from."""
    peak = 0
    while True:
        try:
            with open(f"/proc/{child.pid}/status") as file:
                peak = max([peak] + [int(line.split()[1]) for line in file if line.startswith("VmHWM")])
        except FileNotFoundError:
            pass
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid != 0:
            child.returncode = os.waitstatus_to_exitcode(status)
            return used, peak
        time.sleep(0.01)


def measure(name, arguments, path, size, out=os.devnull, made=None):
    """Runs a command with standard output to `out`. made: the file that it makes, if it makes one."""
    drop_cache(path)
    began = time.monotonic()
    with open(out, "wb") as standard_output:
        child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=standard_output)
    used, peak = wait(child)
    if made is not None and child.returncode == 0:
        drop_cache(made)
    seconds = time.monotonic() - began
    cpu = used.ru_utime + used.ru_stime
    written = f", wrote {os.path.getsize(made) / 1e6 / seconds:.0f} MB/s" if made is not None else ""
    print(f"{name:8} {size / 1e6 / seconds:7.0f} MB/s {seconds:8.1f} s, of the processor {cpu:7.1f} s, "
          f"peak memory {peak / 1024:6.1f} MiB{written}", flush=True)  # fmt: skip
    if child.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: {child.returncode}")


# How much longer than an archive of bench/large_file.c its text is, and some more.
TEXT_GROWTH = 3.2


def main():
    pier, path = sys.argv[1:]
    size = os.path.getsize(path)
    out = path + ".repaired"
    print(f"{path}: {size / MIB:.0f} MiB, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    measure("cat", ["cat", path], path, size)
    measure("check", [pier, "check", path], path, size)
    measure("dump", [pier, "dump", path], path, size)
    text = path + ".json"
    if shutil.disk_usage(os.path.dirname(path) or ".").free > size * TEXT_GROWTH:
        measure("dump > F", [pier, "dump", path], path, size, text, text)
        os.unlink(text)
    measure("repair", [pier, "repair", path, out, "--force"], path, size, made=out)
    os.unlink(out)


if __name__ == "__main__":
    main()
