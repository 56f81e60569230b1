#!/usr/bin/env python3
"""Holds `#include` lines against the module table of docs/architecture.md.

A static library does not refuse a wrong edge; this does. Also: who alone may see Beast, SQLite, yaml-cpp.
"""
import pathlib
import re
import sys

# module: what it may include, itself and core aside
MAY = {
    "core": [],
    "text": [],
    "cassette": ["text"],
    "stats": [],
    "datasets": ["text"],
    "suites": ["datasets", "text"],
    "judges": ["text", "stats"],
    "gate": ["text", "stats"],
    "exec": [],
    "endpoints": ["text"],
    "net": ["text"],
    "store": ["text"],
    "reports": ["text"],
    "stub": ["text", "net"],
    "app": None,  # all
    "cli": ["app", "text"],
}
FOLDERS = {"datasets": "datasets", "suites": "suites", "judges": "judges", "reports": "reports"}
ONLY_HERE = [
    (re.compile(r"<boost/beast|<boost/asio/ssl|<openssl/ssl"), {"net"}),
    (re.compile(r"<sqlite3\.h>"), {"store", "judges"}),  # judges: SQLite's parser behind the check `sql`, in memory
    (re.compile(r"<cld2/"), {"judges"}),
    (re.compile(r"<zstd\.h>"), {"store"}),
    (re.compile(r"<yaml-cpp/"), {"text"}),
    (re.compile(r"<regex>"), set()),
    (re.compile(r"<CLI/"), {"cli"}),
]
PUBLIC_NEVER = re.compile(r"<boost/beast|<sqlite3\.h>|<zstd\.h>|<cld2/|<yaml-cpp/|<spdlog/")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"][^>"]+[>"])', re.M)


def module_of(path: pathlib.PurePath) -> str | None:
    parts = path.parts
    if parts[0] == "include":
        return parts[2]
    if parts[0] == "runner":
        return parts[1]
    return FOLDERS.get(parts[0])


def included_module(name: str) -> str | None:
    name = name.strip('<>"')
    if name.startswith("assay/"):
        return name.split("/")[1]
    return module_of(pathlib.PurePath(name)) if "/" in name else None


def problems(root: pathlib.Path):
    for top in ("include", "runner", "judges", "datasets", "suites", "reports"):
        for path in sorted((root / top).rglob("*.[ch]pp")):
            relative = path.relative_to(root)
            module = module_of(relative)
            if module is None:
                continue
            text = path.read_text()
            for match in INCLUDE.finditer(text):
                name = match.group(1)
                line = text.count("\n", 0, match.start(1)) + 1
                target = included_module(name)
                allowed = MAY.get(module, [])
                if target and target not in ("core", module) and allowed is not None and target not in allowed:
                    yield f"{relative}:{line}: {module} must not include {target} ({name})"
                for pattern, homes in ONLY_HERE:
                    if pattern.search(name) and module not in homes:
                        yield f"{relative}:{line}: {name} is seen in {', '.join(sorted(homes)) or 'no module'} only"
                if relative.parts[0] == "include" and PUBLIC_NEVER.search(name):
                    yield f"{relative}:{line}: a public header must not include {name}"


def main() -> int:
    root = pathlib.Path(__file__).resolve().parents[2]
    found = list(problems(root))
    print("\n".join(found) if found else "includes: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
