"""Reports readings without Pier: report.py SOCKET_PATH STATION CELSIUS..."""

import socket
import sys

import msgpack

with socket.socket(socket.AF_UNIX) as collector:
    collector.connect(sys.argv[1])
    for celsius in sys.argv[3:]:
        collector.sendall(msgpack.packb({"station": sys.argv[2], "celsius": float(celsius)}))
