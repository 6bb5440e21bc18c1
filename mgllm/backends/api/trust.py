"""Which certificates TLS trusts: SSL_CERT_FILE and SSL_CERT_DIR, else those of the system."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Mapping
from pathlib import Path

from mgllm.errors import FatalBackendError


def trusted(environment: Mapping[str, str]) -> ssl.SSLContext:
    """A context that checks certificates, also on loopback.

    Raises:
        FatalBackendError: a variable names a file or folder that cannot be read as certificates.
    """
    file, folder = environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR")
    if folder and not Path(folder).is_dir():
        raise FatalBackendError(f"SSL_CERT_DIR names {folder}, which is not a folder; correct or unset it")
    if file or folder:
        try:
            return ssl.create_default_context(cafile=file or None, capath=folder or None)
        except OSError as error:  # ssl.SSLError is one
            reason = error.strerror or "no certificates in it"
            raise FatalBackendError(
                f"SSL_CERT_FILE names {file}, which cannot be read ({reason}); correct or unset it"
            ) from None
    if sys.platform == "darwin":  # Python's own store is empty there
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.create_default_context()
