"""Exit 0 when the address answers with a good status. Needs the standard library only."""

import sys
import urllib.error
import urllib.request

# Never by a proxy: the address is this machine's own.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    opener.open(sys.argv[1], timeout=5).close()
except (OSError, urllib.error.URLError):
    sys.exit(1)
