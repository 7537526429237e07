"""Runs a program inside network namespaces that are made for it, and undone with it.

    network.py [--across] [--trouble loss|delay|ports] PROGRAM [ARGUMENTS]

Two namespaces are made, near and far, with two cables between them, pairs of veth:

    near                                              far
    near0  10.77.0.1/24  fd77:0::1/64  fe80::1   ==   far0  10.77.0.2/24  fd77:0::2/64  fe80::2
    near1  10.77.1.1/24  fd77:1::1/64  fe80::1   ==   far1  10.77.1.2/24  fd77:1::2/64  fe80::2

The link-local addresses of both cables are the same: only the interface tells them apart. The program runs in near, with
PIER_TEST_FAR_NAMESPACE naming the file of the far one, so that it can make sockets there (tests/socket/far_side.h).

    --across           joints (tests/socket/joint.h) listen in far and connect from near, over the first cable
    --trouble loss     every 19th segment of TCP is lost on its way, in each direction; resets are not, because nobody
                       would send them again
    --trouble delay    each segment of TCP waits 10 ms in either direction, in a queue that netfilter fills (NFQUEUE)
    --trouble ports    ports of far with a fate of their own: TROUBLED_PORTS below

Namespaces have no name anywhere: they go with the last process in them, whatever becomes of it, and the interfaces and
rules with them. Without the privilege or the feature of the kernel that is needed, it says which and exits with 77.
Otherwise its exit status is the program's."""

import argparse
import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
SKIPPED = 77
LIBC = ctypes.CDLL(None, use_errno=True)

LOSS = """
table inet trouble {
    chain loss {
        type filter hook input priority 0; policy accept;
        meta l4proto tcp tcp flags & rst == 0 numgen inc mod 19 == 18 counter drop
    }
}
"""

# What happens to segments for these ports of far. The quotas are for one connection of a run.
TROUBLED_PORTS = """
table inet trouble {
    chain ports {
        type filter hook input priority 0; policy accept;
        tcp dport 7101 reject with tcp reset
        tcp dport 7102 drop
        tcp dport 7103 tcp flags & rst == 0 quota over 200 kbytes reject with tcp reset
        tcp dport 7104 quota over 200 kbytes drop
        tcp dport 7106 quota over 200 kbytes drop
        meta nfproto ipv4 tcp dport 7105 reject with icmp type host-unreachable
        meta nfproto ipv6 tcp dport 7105 reject with icmpv6 type addr-unreachable
    }
}
"""


class Missing(Exception):
    """What this machine lacks, by its name."""


def call(function, *arguments):
    if function(*arguments) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def die_with_parent():
    call(LIBC.prctl, PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def make_namespace():
    try:
        call(LIBC.unshare, CLONE_NEWNET)
    except OSError as error:
        what = ("the privilege to make network namespaces (CAP_SYS_ADMIN: be root)" if isinstance(error, PermissionError)
                else "network namespaces in the kernel (CONFIG_NET_NS)")
        raise Missing(f"{what}: {error.strerror}") from error


def tell(command, feature, feed=None, inside=None):
    """Runs a command that sets something up, in the namespace of process `inside` if it is given."""
    if shutil.which(command[0]) is None:
        raise Missing(f"the program {command[0]}, for {feature}")
    if inside is not None:
        command = ["nsenter", f"--net=/proc/{inside}/ns/net", *command]
    answer = subprocess.run(command, input=feed, capture_output=True, text=True, timeout=20)
    if answer.returncode != 0:
        raise Missing(f"{feature}: {' '.join(command)}: {answer.stderr.strip()}")


class Far:
    """A process that does nothing but be in the far namespace, for as long as this one lives."""

    def __init__(self):
        reading, self.life = os.pipe()
        answer, done = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self.life)
            os.close(answer)
            status = 1
            try:
                die_with_parent()
                make_namespace()
                os.write(done, b"x")
                os.read(reading, 1)
                status = 0
            finally:
                os._exit(status)
        os.close(reading)
        os.close(done)
        made = os.read(answer, 1)
        os.close(answer)
        if made != b"x":
            self.end()
            raise Missing("a second network namespace")

    def end(self):
        os.close(self.life)
        os.waitpid(self.process, 0)


def lay_cables(far):
    tell(["ip", "link", "set", "lo", "up"], "the loopback")
    tell(["ip", "link", "set", "lo", "up"], "the loopback", inside=far)
    for cable in ("0", "1"):
        near_name, far_name = f"near{cable}", f"far{cable}"
        # Numbers that differ, so that a number of the other side would not do by accident.
        tell(["ip", "link", "add", near_name, "index", f"1{cable}", "type", "veth", "peer", "name", far_name, "index",
              f"2{cable}", "netns", str(far)], "pairs of veth (CONFIG_VETH)")
        for name, host, inside in ((near_name, 1, None), (far_name, 2, far)):
            # No address by itself, and none that must first be tried out: all are there at once.
            tell(["ip", "link", "set", name, "addrgenmode", "none"], "IPv6", inside=inside)
            tell(["ip", "link", "set", name, "up"], "an interface that is up", inside=inside)
            tell(["ip", "address", "add", f"10.77.{cable}.{host}/24", "broadcast", "+", "dev", name], "IPv4",
                 inside=inside)
            for address in (f"fd77:{cable}::{host}/64", f"fe80::{host}/64"):
                tell(["ip", "address", "add", address, "dev", name, "nodad"], "IPv6", inside=inside)
            tell(["ip", "route", "add", "224.0.0.0/4", "dev", name, "metric", f"10{cable}"], "multicast", inside=inside)


def make_trouble(trouble, far):
    """Returns the process that makes it, if there is one."""
    if trouble == "loss":
        for inside in (None, far):
            tell(["nft", "-f", "-"], "nftables with counters (CONFIG_NFT_NUMGEN)", LOSS, inside)
    elif trouble == "ports":
        tell(["nft", "-f", "-"], "nftables with quota and reject (CONFIG_NFT_QUOTA, CONFIG_NFT_REJECT_INET)",
             TROUBLED_PORTS, far)
    elif trouble == "delay":
        for inside in (None, far):
            for program in ("iptables-nft", "ip6tables-nft"):
                tell([program, "-A", "INPUT", "-p", "tcp", "-j", "NFQUEUE", "--queue-num", "0"],
                     "the target NFQUEUE (CONFIG_NETFILTER_XT_TARGET_NFQUEUE)", inside=inside)
        script = pathlib.Path(__file__).with_name("delay.py")
        process = subprocess.Popen([sys.executable, "-B", script, str(far)], stdout=subprocess.PIPE, text=True,
                                   preexec_fn=die_with_parent)
        answer = process.stdout.readline().strip()
        if answer != "ready":
            raise Missing(f"the queue of netfilter (CONFIG_NETFILTER_NETLINK_QUEUE): {answer}")
        return process
    return None


def environment(far, across):
    added = {"PIER_TEST_FAR_NAMESPACE": f"/proc/{far}/ns/net"}
    if across:
        added |= {"PIER_TEST_FAR_IPV4": "10.77.0.2", "PIER_TEST_FAR_IPV6": "fe80::2%far0",
                  "PIER_TEST_NEAR_INTERFACE": "near0"}
    return os.environ | added


def counted(far):
    """How many packets the rules with a counter have met."""
    total = 0
    for prefix in ([], ["nsenter", f"--net=/proc/{far}/ns/net"]):
        rules = subprocess.run([*prefix, "nft", "list", "ruleset"], capture_output=True, text=True, timeout=20).stdout
        total += sum(int(number) for number in re.findall(r"counter packets (\d+)", rules))
    return total


def run(arguments):
    make_namespace()
    far = Far()
    troubling = None
    try:
        lay_cables(far.process)
        troubling = make_trouble(arguments.trouble, far.process)
        program = subprocess.run([arguments.program, *arguments.arguments], preexec_fn=die_with_parent,
                                 env=environment(far.process, arguments.across))
        if arguments.trouble in ("loss", "delay"):
            met = counted(far.process)
            print(f"network: {arguments.trouble} met {met} packets")
            if met == 0:
                return 1
        return program.returncode if program.returncode >= 0 else 128 - program.returncode
    finally:
        if troubling is not None:
            troubling.kill()
            troubling.wait()
        far.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--across", action="store_true")
    parser.add_argument("--trouble", choices=("loss", "delay", "ports"))
    parser.add_argument("program")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    try:
        return run(parser.parse_args())
    except Missing as missing:
        print(f"network: this machine lacks {missing}")
        return SKIPPED


if __name__ == "__main__":
    sys.exit(main())
