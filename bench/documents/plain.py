# The least that moves these documents: read, transform, write over. `fsync` as the second argument: each file to the disk.
import json
import os
import sys

root, sync = sys.argv[1], sys.argv[2]
for folder, _, names in os.walk(root):
    if "manifest.json" not in names:
        continue
    path = os.path.join(folder, "manifest.json")
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    document.setdefault("input_snapshots", {})
    document.setdefault("inputs_hash", None)
    document.setdefault("chain_metadata", {"is_chainable_stage": False, "prior_stages": []})
    document.setdefault("priority_level", "normal")
    document["schema_version"] = "1.3.0"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2, ensure_ascii=False)
        file.write("\n")
        if sync == "fsync":
            file.flush()
            os.fsync(file.fileno())
