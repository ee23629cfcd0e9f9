"""Copies members out of wheels and records their sizes. Prints how many bytes of how many are done.
Usage: unpack.py FOLDER STAMP (WHEEL PATTERN)...; a pattern's group is the member's name below FOLDER."""
import json
import os
import re
import sys
import zipfile

folder, stamp, *rest = sys.argv[1:]
jobs = []
for wheel, pattern in zip(rest[::2], rest[1::2]):
    archive = zipfile.ZipFile(wheel)
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    members = [(archive, entry, match[1]) for entry in entries if (match := re.fullmatch(pattern, entry.filename))]
    if not members:
        sys.exit(f"error: nothing in {wheel} has a name like {pattern}")
    jobs += members

sizes = {}
total = sum(entry.file_size for _, entry, _ in jobs)
done = 0
for archive, entry, name in jobs:
    path = os.path.realpath(os.path.join(folder, name))
    if not path.startswith(os.path.realpath(folder) + os.sep):
        sys.exit(f"error: {name} would leave {folder}")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    # zipfile checks each member's CRC when it has been read to its end.
    with archive.open(entry) as source, open(path, "wb") as target:
        while block := source.read(1 << 24):
            target.write(block)
            done += len(block)
            print(f"{done} of {total}", flush=True)
        target.flush()
        os.fsync(target.fileno())
    if (entry.external_attr >> 16) & 0o100:
        os.chmod(path, 0o755)
    sizes[name] = entry.file_size

with open(os.path.join(folder, "installed.json"), "w", encoding="utf-8") as record:
    json.dump({"wheel": stamp, "files": sizes}, record)
    record.flush()
    os.fsync(record.fileno())
