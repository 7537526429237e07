"""Holds every packet that netfilter queues back for a while, in this namespace and in that of a process.

    delay.py PROCESS

The rules send packets to queue 0 (NFQUEUE). The kernel has no netem everywhere; this is its delay, in the order of
arrival, spoken over netlink as linux/netfilter/nfnetlink_queue.h has it. Writes `ready` when it holds both queues, or
what is missing. Serves until it is ended."""

import collections
import os
import ctypes
import select
import socket
import struct
import sys
import time

DELAY_S = 0.010

CLONE_NEWNET = 0x40000000
NETLINK_NETFILTER = 12
NFNL_SUBSYS_QUEUE = 3 << 8
NFQNL_MSG_PACKET, NFQNL_MSG_CONFIG, NFQNL_MSG_VERDICT_BATCH = 0, 2, 3
NLMSG_ERROR = 2
NLM_F_REQUEST, NLM_F_ACK = 1, 4
NFQA_CFG_CMD, NFQA_CFG_PARAMS, NFQA_CFG_QUEUE_MAXLEN, NFQA_CFG_MASK, NFQA_CFG_FLAGS = 1, 2, 3, 4, 5
NFQNL_CFG_CMD_BIND, NFQNL_COPY_META, NFQA_CFG_F_GSO = 1, 1, 1 << 2
NFQA_PACKET_HDR, NFQA_VERDICT_HDR = 1, 2
NF_ACCEPT = 1


def attribute(kind, payload):
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + bytes(-length % 4)


class Queue:
    """Queue 0 of the namespace that this process is in while it is made."""

    def __init__(self):
        self.held = collections.deque()
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.socket.bind((0, 0))
        self.configure(attribute(NFQA_CFG_CMD, struct.pack("!BxH", NFQNL_CFG_CMD_BIND, 0)))
        self.configure(attribute(NFQA_CFG_PARAMS, struct.pack("!IB", 0, NFQNL_COPY_META))
                       + attribute(NFQA_CFG_QUEUE_MAXLEN, struct.pack("!I", 65536))
                       + attribute(NFQA_CFG_FLAGS, struct.pack("!I", NFQA_CFG_F_GSO))
                       + attribute(NFQA_CFG_MASK, struct.pack("!I", NFQA_CFG_F_GSO)))

    def send(self, kind, flags, attributes):
        body = struct.pack("!BBH", socket.AF_UNSPEC, 0, 0) + attributes
        self.socket.send(struct.pack("=IHHII", 16 + len(body), NFNL_SUBSYS_QUEUE | kind, NLM_F_REQUEST | flags, 1, 0)
                         + body)

    def configure(self, attributes):
        self.send(NFQNL_MSG_CONFIG, NLM_F_ACK, attributes)
        kind, number = struct.unpack("=H10xi", self.socket.recv(65536)[4:20])
        if kind == NLMSG_ERROR and number != 0:
            raise OSError(-number, os.strerror(-number))

    def take(self):
        """Notes the packets that came."""
        data, due = self.socket.recv(65536), time.monotonic() + DELAY_S
        while len(data) >= 16:
            length, kind = struct.unpack("=IH", data[:6])
            if kind == NFNL_SUBSYS_QUEUE | NFQNL_MSG_PACKET:
                self.held.append((due, packet_id(data[20:length])))
            data = data[(length + 3) & ~3:]

    def release(self):
        """Lets go what has waited long enough: all packets up to that one. Returns when the next one is due."""
        last, now = None, time.monotonic()
        while self.held and self.held[0][0] <= now:
            last = self.held.popleft()[1]
        if last is not None:
            self.send(NFQNL_MSG_VERDICT_BATCH, 0, attribute(NFQA_VERDICT_HDR, struct.pack("!II", NF_ACCEPT, last)))
        return self.held[0][0] if self.held else None


def packet_id(attributes):
    while len(attributes) >= 4:
        length, kind = struct.unpack("=HH", attributes[:4])
        if kind & 0x3FFF == NFQA_PACKET_HDR:
            return struct.unpack("!I", attributes[4:8])[0]
        attributes = attributes[(length + 3) & ~3:]
    raise ValueError("a packet without a number")


def main():
    try:
        queues = [Queue()]
        handle = os.open(f"/proc/{sys.argv[1]}/ns/net", os.O_RDONLY)
        if ctypes.CDLL(None, use_errno=True).setns(handle, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        queues.append(Queue())
    except OSError as error:
        print(error, flush=True)
        return 1
    print("ready", flush=True)
    while True:
        due = [moment for moment in (queue.release() for queue in queues) if moment is not None]
        wait = max(0.0, min(due) - time.monotonic()) if due else None
        for ready in select.select([queue.socket for queue in queues], [], [], wait)[0]:
            next(queue for queue in queues if queue.socket is ready).take()


if __name__ == "__main__":
    sys.exit(main())
