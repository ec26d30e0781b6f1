"""Ports for services: nobody's, each another, and none that the system hands to outgoing connections."""

import socket

import pytest

from deploy.local import ports
from deploy.local.ports import PORTS, free_ports

pytestmark = pytest.mark.unit


def test_ports_differ_and_lie_below_those_of_outgoing_connections() -> None:
    found = free_ports(20)
    assert len(set(found)) == 20
    assert all(port in PORTS for port in found)


def test_a_port_in_use_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        [port] = free_ports(1)
        taken.bind(("127.0.0.1", port))
        monkeypatch.setattr(ports, "PORTS", range(port, port + 1))
        with pytest.raises(RuntimeError, match=r"fewer than 1 ports from .* are free"):
            free_ports(1)
