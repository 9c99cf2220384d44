"""Asks libvirt for the XML of all domains and networks, over a read-only connection.

Source: libvirt.org, API reference of libvirt-domain and libvirt-network (`virConnectListAllDomains`,
`virDomainGetXMLDesc`, `virConnectListAllNetworks`), and "Connection URIs".
"""

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from maccord.reach.answer import Collected, Secret
from maccord.reach.library import library
from maccord.reach.names import Names, file_name

Connection = Any
Domain = Any
_ADDRESS = re.compile(r"<mac\s+address=['\"]([^'\"]*)")
_NAMELESS = ("localhost", "ip6-localhost")


def collect(uri: str, *, name: str | None, user: str | None, password: Secret | None) -> Collected:
    """Return the definitions of the host behind `uri`, in a folder of the host's name, or of `name`.

    A running machine whose stored definition has other addresses has both in its file, the running one first: the
    stored one counts from its next start.

    Raises: MissingLibrary; what libvirt raises when it cannot connect.
    """
    libvirt = library("libvirt", "libvirt")
    libvirt.registerErrorHandler(_keep_quiet, None)
    connection = _connection(libvirt, uri, user, password)
    try:
        host = file_name(name or _host_name(connection, uri))
        names = Names()
        texts = (*_domains(libvirt, connection), *_networks(libvirt, connection))
        return Collected(uri, {f"{host}/{names.of(title, key)}.xml": text for title, key, text in texts})
    finally:
        connection.close()


def _keep_quiet(context: object, error: object) -> None:
    """Take libvirt's errors, which it would print as well as raise."""
    del context, error


def _connection(libvirt: ModuleType, uri: str, user: str | None, password: Secret | None) -> Connection:
    """Open a read-only connection; libvirt takes name and password where its authentication wants them."""
    wanted = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE, libvirt.VIR_CRED_NOECHOPROMPT]

    def answer(credentials: list[list[Any]], data: object) -> int:
        del data
        for one in credentials:  # [type, prompt, challenge, default, answer]
            said = user if one[0] == libvirt.VIR_CRED_AUTHNAME else password and password.reveal()
            if not said:
                return -1
            one[4] = said
        return 0

    return libvirt.openAuth(uri, [wanted, answer, None], libvirt.VIR_CONNECT_RO)


def _host_name(connection: Connection, uri: str) -> str:
    """Return what the host calls itself, or the URI's host where it has no name of its own."""
    name = str(connection.getHostname())
    asked = urlsplit(uri).hostname
    return asked if asked and name.partition(".")[0].casefold() in _NAMELESS else name


def _domains(libvirt: ModuleType, connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Yield name, UUID and XML of every machine, running or not."""
    for domain in connection.listAllDomains():
        try:
            yield domain.name(), domain.UUIDString(), _definitions(libvirt, domain)
        except libvirt.libvirtError as error:
            if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN:  # it went away since it was listed
                raise


def _definitions(libvirt: ModuleType, domain: Domain) -> str:
    text = str(domain.XMLDesc(0))
    if domain.isActive() and domain.isPersistent():
        stored = str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE))
        if _addresses(stored) != _addresses(text):
            return f"{text.rstrip()}\n{stored}"
    return text


def _addresses(text: str) -> list[str]:
    return [one.casefold() for one in _ADDRESS.findall(text)]


def _networks(libvirt: ModuleType, connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Yield name, UUID and XML of every network; none where the driver has no networks."""
    try:
        networks = connection.listAllNetworks()
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
            raise
        return
    for network in networks:
        yield f"net-{network.name()}", network.UUIDString(), str(network.XMLDesc(0))
