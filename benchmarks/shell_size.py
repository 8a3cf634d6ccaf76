"""``shell_size``: what a phone loads before its first page, in KB gzip: the field entry's JavaScript and CSS, without the map.

Counted by pwa/scripts/shell-size.mjs over Vite's manifest (1 KB = 1,024 bytes, gzip level 9). The floor is Vue's own runtime,
minified and compressed the same way: the least that an app of this framework weighs. Nothing here varies, so one run is enough.
"""

import gzip
import json
import subprocess

from benchmarks.bench import Bench
from benchmarks.catalogue import CATALOGUE
from benchmarks.measuring import compare
from wangge.core.settings import REPOSITORY

COUNT = "import { shellSize } from './pwa/scripts/shell-size.mjs'; console.log(JSON.stringify(shellSize()))"
VUE = REPOSITORY / "node_modules" / "vue" / "dist" / "vue.runtime.global.prod.js"


async def run(bench: Bench) -> None:
    """Count once."""
    command = ["node", "--input-type=module", "--eval", COUNT]
    counted = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)  # noqa: S603, ASYNC221
    shell = json.loads(counted.stdout)
    for file in shell["files"]:
        bench.say(f"{file['kb']:6.1f} KB  {file['file']}")
    vue_kb = len(gzip.compress(VUE.read_bytes(), 9)) / 1024
    bench.report(compare("shell_size", "KB", [shell["kb"]], [vue_kb], more_is_better=False, bar=CATALOGUE["shell_size"].bar))
