"""Exit 0 when we may listen on HOST PORT, else say why not. Needs the standard library only."""

import socket
import sys


def main(host: str, port_text: str) -> str | None:
    if not port_text.isdigit() or not 1 <= int(port_text) <= 65535:
        return f"WANGGE_PORT={port_text!r} is no port; a number from 1 to 65535 is needed."
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, int(port_text), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()
    except PermissionError:
        return f"This user may not listen on port {port_text}; set WANGGE_PORT to a number above 1023."
    except socket.gaierror:
        return f"WANGGE_HOST={host!r} is no address of this machine."
    except OSError as error:
        if error.errno == 98:
            return (
                f"Port {port_text} is taken by another program. Stop that one, or choose another port:\n"
                f"  WANGGE_PORT={int(port_text) + 1 if int(port_text) < 65535 else 8700} scripts/run"
            )
        return f"Cannot listen on {host} port {port_text}: {error.strerror} (WANGGE_HOST and WANGGE_PORT say where)."
    return None


problem = main(*sys.argv[1:])
if problem:
    sys.exit(f"\nerror: {problem}")
