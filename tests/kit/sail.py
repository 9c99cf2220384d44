"""A real endpoint of Spark Connect: Sail, in this process or as a cluster of separate workers."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

# PySpark takes a program without a file for its own doctests, and ends it. Workers of xdist are such programs.
if not hasattr(sys.modules["__main__"], "__file__"):
    sys.modules["__main__"].__file__ = __file__


@contextmanager
def endpoint_here():
    """Yield the address of an endpoint that this process serves; without the package the test skips aloud."""
    spark = pytest.importorskip("pysail.spark", reason="Sail (pysail) is not installed on this machine")
    server = spark.SparkConnectServer()
    server.start()
    _, port = server.listening_address
    yield f"sc://127.0.0.1:{port}"
    server.stop()


@contextmanager
def endpoint_of_workers():
    """Yield the address of a Sail that gives its work to processes of their own."""
    pytest.importorskip("pysail.spark", reason="Sail (pysail) is not installed on this machine")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    serve = f"SparkConnectServer(ip='127.0.0.1', port={port}).start(background=False)"
    server = subprocess.Popen(
        [sys.executable, "-c", f"from pysail.spark import SparkConnectServer; {serve}"],
        env={**os.environ, "SAIL_MODE": "local-cluster"},
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(300):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None
                time.sleep(0.1)
        yield f"sc://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()
