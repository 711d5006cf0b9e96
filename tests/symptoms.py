"""Symptoms of the small knowledge base, and what it says about them."""

PASSWORD = "535 5.7.8 Authentication credentials invalid"
PASSWORD_ENTRY, PASSWORD_TITLE = (
    "password-hash-outdated",
    "The stored password hash is of a kind that the server no longer accepts",
)
CERTIFICATE = "my phone says the certificate is not trusted"
CERTIFICATE_ENTRY, CERTIFICATE_TITLE = "certificate-expired-on-server", "The server's TLS certificate has expired"
PORT = "nothing arrives anywhere, port 25 timed out"
PORT_ENTRY, PORT_TITLE = "port-25-blocked-by-provider", "The hosting provider blocks outgoing port 25"
DISK_ENTRY, DISK_TITLE = "disk-full-stops-queue", "The disk is full, so the queue manager stops"

VAGUE = "something is wrong with mail"
"""Several causes are possible, and a question would tell them apart."""
UNKNOWN = "how do I bake bread"
"""Nothing explains this."""
