"""Copies TensorFlow's two shared libraries out of a wheel and records their sizes. Usage: unpack.py WHEEL FOLDER SHA256"""
import json
import os
import re
import sys
import zipfile

wheel, folder, sha256 = sys.argv[1:]
wanted = re.compile(r"tensorflow/(libtensorflow_(?:cc|framework)[.\w]*)")
sizes = {}

with zipfile.ZipFile(wheel) as archive:
    members = [(entry, match[1]) for entry in archive.infolist() if (match := wanted.fullmatch(entry.filename))]
    if len(members) != 2:
        sys.exit(f"expected two libraries in {wheel}, found {len(members)}")
    total = sum(entry.file_size for entry, _ in members)
    done = shown = 0
    for entry, name in members:
        # zipfile checks each member's CRC when it has been read to its end.
        with archive.open(entry) as source, open(os.path.join(folder, name), "wb") as target:
            while block := source.read(1 << 22):
                target.write(block)
                done += len(block)
                if done * 10 // total > shown:
                    shown = done * 10 // total
                    print(f"  {shown * 10} %", flush=True)
            target.flush()
            os.fsync(target.fileno())
        sizes[name] = entry.file_size

with open(os.path.join(folder, "installed.json"), "w", encoding="utf-8") as record:
    json.dump({"wheel": sha256, "files": sizes}, record)
    record.flush()
    os.fsync(record.fileno())
