"""Writes a wheel of one module: `make_wheel.py VERSION_FILE WHEEL`. The same input gives the same bytes."""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

version = Path(sys.argv[1]).read_text().strip()
info = f"example_plugin-{version}.dist-info"
files = {
    "example_plugin.py": f'__version__ = "{version}"\n',
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: example-plugin\nVersion: {version}\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: make_wheel\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
records = []
for name, text in files.items():
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    records.append(f"{name},sha256={digest},{len(text)}\n")
files[f"{info}/RECORD"] = "".join([*records, f"{info}/RECORD,,\n"])

with zipfile.ZipFile(sys.argv[2], "w") as wheel:
    for name, text in files.items():
        wheel.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), text)
