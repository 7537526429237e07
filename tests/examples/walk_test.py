"""Walks README.md, docs/guide.md and docs/evolving.md word for word, as somebody would who has just installed Pier: an
empty folder, the files that the document shows, its commands in their order; what they print is what the document says.
A file that comes again under the same name takes the place of the first.

    walk_test.py CMAKE GENERATOR BUILD_DIR CC

The build folder is installed to $HOME/opt/pier of a home that is made for it.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATIENCE_S = 120


def steps_of(document):
    """What a reader does: ("file", name, text), ("run", commands) and ("expect", text, whether in any order)."""
    text = document.read_text()
    blocks = re.compile(r"(?:<!-- ([^\n]*) -->\n)?```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
    for comment, language, body in blocks.findall(text):
        whole = re.fullmatch(r"(examples/\S+)", comment)
        if whole and ":" not in comment:
            yield "file", pathlib.Path(whole[1]).name, body
        elif language == "sh" and comment != "not run":
            yield "run", body
        elif comment.startswith("output"):
            yield "expect", body, comment != "output"


def walk(document, home, environment):
    """Walks one document. All commands are one shell script, as they are one terminal to the reader."""
    folder = home / document.stem
    folder.mkdir()
    script, expected, waiting = ["set -e", f"cd '{folder}'"], [], {}
    for step in steps_of(document):
        if step[0] == "file":
            waiting[step[1]] = step[2]
        elif step[0] == "run":
            for name, text in waiting.items():
                aside = home / f"{document.stem}-{len(expected)}-{name}"
                aside.write_text(text)
                script.append(f"cp '{aside}' ./{name}")
            waiting = {}
            script += [f"exec >'{home}/{document.stem}.{len(expected)}.out'", step[1]]
            expected.append(None)
        else:
            expected[-1] = step[1:]
    shell = subprocess.run(
        ["bash", "-c", "\n".join(script)], env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True, timeout=PATIENCE_S,
    )  # fmt: skip
    wrong = []
    messages = [line for line in shell.stderr.splitlines() if not line.startswith("listening on ")]
    if shell.returncode != 0 or messages:
        wrong.append(f"{document.name}: exit status {shell.returncode}\n" + "\n".join(messages))
        last = [home / f"{document.stem}.{number}.out" for number in range(len(expected))]
        wrong += [path.read_text() for path in last if path.exists()][-1:]
    for number, expectation in enumerate(expected):
        path = home / f"{document.stem}.{number}.out"
        output = path.read_text() if path.exists() else "(not run)"
        if expectation is None:
            continue
        text, in_any_order = expectation
        order = sorted if in_any_order else list
        if order(output.splitlines()) != order(text.splitlines()):
            wrong.append(f"{document.name}: printed\n{output}and the document says\n{text}")
    ran = sum(1 for expectation in expected if expectation is not None)
    return wrong, len(expected), ran


def main():
    cmake, generator, build, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="pier-walk-") as name:
        home = pathlib.Path(name)
        environment = {
            "HOME": str(home),
            "PATH": f"{pathlib.Path(cmake).parent}:{os.environ['PATH']}",
            "CC": compiler,
            "CMAKE_GENERATOR": generator,
            "LANG": "C.UTF-8",
        }
        subprocess.run(
            [cmake, "--install", build, "--prefix", str(home / "opt" / "pier")], check=True, stdout=subprocess.DEVNULL
        )
        wrong = []
        documents = [ROOT / "README.md", ROOT / "docs" / "guide.md"]
        if (home / "opt" / "pier" / "bin" / "protoc-gen-pier").exists():
            documents.append(ROOT / "docs" / "evolving.md")
        for document in documents:
            told, commands, compared = walk(document, home, environment)
            print(f"{document.name}: {commands} blocks of commands, {compared} outputs compared")
            wrong += told
            if commands == 0 or compared == 0:
                wrong.append(f"{document.name}: nothing was walked")
        print("\n".join(wrong))
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
