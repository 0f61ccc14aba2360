"""Who may reach the page from elsewhere: only people who log in; and the link through Gradio's tunnel.

check(share=True, host="127.0.0.1", auth_file=None)
UserError: A share link without a login would let anybody in; …; make an auth file with: …
"""

from __future__ import annotations

import secrets
import socket
from ipaddress import ip_address
from pathlib import Path

from assistant.errors import UserError

__all__ = ["check", "is_local", "listen", "open_tunnel"]


def is_local(host: str) -> bool:
    """Whether only this machine can reach a server on `host`."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check(*, share: bool, host: str, auth_file: Path | None) -> None:
    """Refuse a page that others can reach and that nobody has to log in to.

    Raises:
        UserError: there is no auth file though one is needed.
    """
    if auth_file is not None or (not share and is_local(host)):
        return
    what = "A share link" if share else f"A page on {host!r}"
    raise UserError(
        f"{what} without a login would let anybody in",
        "others may only reach a page with --auth-file",
        "make one with: sayso passwd NAME people.txt, then add: --auth-file people.txt",
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on the port; 0: any that is free.

    Raises:
        UserError: the port is in use, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ours = socket.socket(family, socket.SOCK_STREAM)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        ours.bind((host, port))
        ours.listen(128)
    except (OSError, OverflowError) as wrong:
        ours.close()
        if isinstance(wrong, OSError) and wrong.errno == 98:
            raise UserError(
                f"The port {port} is in use",
                "perhaps Sayso runs already",
                f"open http://{host}:{port}, or choose another one with --port {port + 1}",
            ) from wrong
        raise UserError(
            f"The page can't be served on {host}:{port}", str(wrong), "choose another with --host and --port"
        ) from wrong
    return ours


def open_tunnel(host: str, port: int) -> str:
    """A public https address that leads to the local port, through Gradio's share service.

    Raises:
        UserError: the service can't be reached, or its helper can't be fetched or started.
    """
    from gradio.networking import setup_tunnel

    try:
        address = setup_tunnel(host, port, secrets.token_urlsafe(32), None, None)
    except Exception as wrong:
        raise UserError(
            "A share link could not be made",
            f"Gradio's share service did not answer ({wrong})",
            "check the network, or serve with --host 0.0.0.0 --auth-file FILE behind a proxy of your own",
        ) from wrong
    return f"https://{address.split('://', 1)[-1]}"
