"""What the tests of the schema compiler share: running protoc with the plugin."""

import os
import pathlib
import subprocess

SOURCE = pathlib.Path(os.environ.get("PIER_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("PIER_BUILD_DIR", SOURCE / "build" / "dev"))
PROTOC = os.environ.get("PIER_PROTOC", "protoc")
PLUGIN = os.environ.get("PIER_PLUGIN", str(BUILD / "bin" / "protoc-gen-pier"))
PROTOBUF = pathlib.Path(os.environ.get("PIER_PROTOBUF_DIR", "/usr/include"))
PROTOS = SOURCE / "tests" / "schema" / "protos"


def compile_schemas(output, files, folders=(), options=()):
    """Runs protoc with the plugin; `folders` are for imports. Returns what it answered."""
    command = [PROTOC, f"--plugin=protoc-gen-pier={PLUGIN}", f"--pier_out={output}"]
    command += [f"-I{folder}" for folder in [*folders, SOURCE / "proto", PROTOBUF]]
    return subprocess.run([*command, *options, *files], capture_output=True, text=True, timeout=60)
