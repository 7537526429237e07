"""Answers one gate, without Pier: office.py SOCKET_PATH"""

import os
import socket
import sys

import msgpack

with socket.socket(socket.AF_UNIX) as door:
    door.bind(sys.argv[1])
    door.listen()
    gate, _ = door.accept()
    os.remove(sys.argv[1])
    with gate, gate.makefile("rb", buffering=0) as passages:
        for passage in msgpack.Unpacker(passages):
            toll = {"ship": passage["ship"], "cents": 10 * passage["tons"], "reason": "by weight"}
            # Gates of the first version, and those who do not know, tell no crew.
            if passage.get("crew", 0) > 20:
                toll["cents"] += 500
                toll["reason"] = "by weight and crew"
            gate.sendall(msgpack.packb(toll))
