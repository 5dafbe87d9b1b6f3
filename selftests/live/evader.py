#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Sends SYNs to port 25 as raw frames in many disguises, and prints the result of each."""
import argparse
import select
import socket
import struct
import sys
import time

from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

HOP, ROUTING, FRAGMENT, TCP_NEXT, DESTINATION = 0, 43, 44, 6, 60
PAD = b"\1\4\0\0\0\0"  # what makes an extension header of 8 bytes
SKIPPED = b"\x1e%c"  # an unknown option, and its length
ALL_TCP_OPTIONS = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 0)), ("NOP", None), ("WScale", 7),
                   *[("NOP", None)] * 20]
# RFC 7413: a request for a cookie, and an invented cookie.
FAST_OPEN, FAST_OPEN_COOKIE = [(34, b"")], [(34, b"\1\2\3\4\5\6\7\x08")]
TPID, TPID_AD = 0x8100, 0x88A8


class Host:
    """The sending host, with the source port of one disguise."""

    def __init__(self, args, family, port):
        self.v6 = family == 6
        self.source = args.source6 if self.v6 else args.source4
        self.to = args.to6 if self.v6 else args.to4
        self.macs = (args.to_mac, args.mac)
        self.port = port

    def tcp(self, flags="S", data=b"", options=(("MSS", 1460),), seq=1000, ack=0):
        """The TCP segment, with the checksum of the whole packet."""
        ip = IPv6 if self.v6 else IP
        segment = TCP(sport=self.port, dport=25, flags=flags, options=list(options), seq=seq, ack=ack)
        return bytes(ip(src=self.source, dst=self.to) / segment / data)[40 if self.v6 else 20:]

    def ether(self, packet, tags=(), padding=b""):
        kinds = [tpid for tpid, _ in tags] + [0x86DD if self.v6 else 0x0800]
        head = bytes(Ether(dst=self.macs[0], src=self.macs[1], type=kinds[0]))
        for (_, vid), kind in zip(tags, kinds[1:]):
            head += vid.to_bytes(2, "big") + kind.to_bytes(2, "big")
        return head + packet + padding

    def ip4(self, payload, options=b"", offset=0, more=False, length=None, tos=0, flags=0, protocol=TCP_NEXT):
        size = 20 + len(options)
        head = bytes(IP(src=self.source, dst=self.to, proto=protocol, id=self.port, tos=tos, chksum=0, ihl=size // 4,
                        flags="MF" if more else flags, frag=offset // 8,
                        len=size + len(payload) if length is None else length)) + options
        return head[:10] + checksum(head) + head[12:] + payload

    def ip6(self, payload, chain=(), final=TCP_NEXT, length=None):
        """`chain` has (kind, content after the first two bytes) for each header."""
        payload = extensions(chain, final) + payload
        return bytes(IPv6(src=self.source, dst=self.to, nh=chain[0][0] if chain else final,
                          plen=len(payload) if length is None else length)) + payload

    def offloaded(self, length=None):
        """A SYN longer than the MTU, with the offload header that a neighbour on the same machine adds."""
        data = bytes(3000)
        build = self.ip6 if self.v6 else self.ip4
        packet = build(self.tcp(data=data), length=length)
        frame = self.ether(packet)
        start = 14 + (40 if self.v6 else 20)
        pseudo = (frame[22:54] if self.v6 else frame[26:34]) + struct.pack("!HH", TCP_NEXT, len(frame) - start)
        partial = bytes(0xFF - byte for byte in checksum(pseudo))
        # linux/virtio_net.h: NEEDS_CSUM, GSO_TCPV4 or GSO_TCPV6
        said = struct.pack("=BBHHHH", 1, 4 if self.v6 else 1, start + 24, 1000, start, 16)
        return said, frame[:start + 16] + partial + frame[start + 18:]

    def ip(self, payload):
        return self.ip6(payload) if self.v6 else self.ip4(payload)

    def part6(self, payload, offset, more, kind=TCP_NEXT, before=()):
        """An IPv6 fragment that begins with a header of this kind."""
        return self.ether(self.ip6(payload, [*before, (FRAGMENT, fragment(self.port, offset, more))], kind))


def checksum(head):
    total = sum(int.from_bytes(head[i:i + 2], "big") for i in range(0, len(head), 2))
    total = (total & 0xFFFF) + (total >> 16)
    return (~(total + (total >> 16)) & 0xFFFF).to_bytes(2, "big")


def fragment(number, offset, more):
    return b"\0" + (offset | more).to_bytes(2, "big") + number.to_bytes(4, "big")


def extensions(chain, final):
    out = b""
    for i, (kind, body) in enumerate(chain):
        following = chain[i + 1][0] if i + 1 < len(chain) else final
        # The fragment header has no length.
        out += bytes([following]) + (body if kind == FRAGMENT else bytes([(len(body) - 6) // 8]) + body)
    return out


# What a way is made of: functions of a host, which yield its frames.

def plain(*args, **tcp):
    return lambda h: [h.ether(h.ip(h.tcp(*args, **tcp)))]


def padded(padding):
    return lambda h: [h.ether(h.ip(h.tcp()), padding=padding)]


def tagged(*tags):
    return lambda h: [h.ether(h.ip(h.tcp()), tags)]


def optioned(options=b"", **ip):
    return lambda h: [h.ether(h.ip4(h.tcp(), options, **ip))]


def chained(*chain, **ip):
    return lambda h: [h.ether(h.ip6(h.tcp(), chain, **ip))]


def long_by(length4, length6):
    """The whole SYN, with this length in the IP header."""
    return lambda h: [h.ether(h.ip6(h.tcp(), length=length6) if h.v6 else h.ip4(h.tcp(), length=length4))]


def within(protocol, header):
    """The SYN behind a header that is not an extension header and must not be skipped."""
    return lambda h: [h.ether(h.ip6(header + h.tcp(), final=protocol) if h.v6 else
                              h.ip4(header + h.tcp(), protocol=protocol))]


def link_layer(before, ethertype):
    """A frame with its length in the field of the type."""
    def frames(h):
        frame = h.ether(h.ip(h.tcp()))
        rest = before + frame[12 if ethertype else 14:]
        return [frame[:12] + len(rest).to_bytes(2, "big") + rest]
    return frames


def cut4(*bounds, order=None, tags=(), padding=b"", options=b"", **tcp):
    """IPv4 fragments, split at these bytes of TCP; padding and options are in the first one."""
    def frames(h):
        segment = h.tcp(**tcp)
        edges = [0, *bounds, len(segment)]
        parts = [h.ether(h.ip4(segment[a:b], b"" if a else options, offset=a, more=b < len(segment)),
                         tags, b"" if a else padding)
                 for a, b in zip(edges, edges[1:])]
        return [parts[i] for i in order or range(len(parts))]
    return frames


def cut6(*bounds, order=None, before=(), chain=(), **tcp):
    """IPv6 fragments, split at these bytes of extension headers and TCP."""
    def frames(h):
        whole = extensions(chain, TCP_NEXT) + h.tcp(**tcp)
        edges = [0, *bounds, len(whole)]
        parts = [h.part6(whole[a:b], a, b < len(whole), chain[0][0] if chain else TCP_NEXT, before)
                 for a, b in zip(edges, edges[1:])]
        return [parts[i] for i in order or range(len(parts))]
    return frames


def overlap4(*parts):
    """Overlapping IPv4 fragments (flags, from, to) of a SYN and of another segment."""
    return lambda h: [h.ether(h.ip4(h.tcp(flags)[a:b], offset=a, more=b < 24)) for flags, a, b in parts]


def overlap6(*parts):
    return lambda h: [h.part6(h.tcp(flags, LONG)[a:b], a, b < 88) for flags, a, b in parts]


def fragments_in_fragments(h):
    inner = [(FRAGMENT, fragment(h.port + 1, 0, 1))], [(FRAGMENT, fragment(h.port + 1, 24, 0))]
    first = extensions(inner[0], TCP_NEXT) + h.tcp(data=LONG)[:24]
    return [h.part6(first[:8], 0, True, FRAGMENT), h.part6(first[8:], 8, False, FRAGMENT),
            h.ether(h.ip6(h.tcp(data=LONG)[24:], inner[1]))]


def to_all(h):
    return [b"\xff" * 6 + h.ether(h.ip(h.tcp()))[6:]]


def ip_in_ip(h):
    return [h.ether(h.ip6(h.ip6(h.tcp()), final=41))]


LONG = b"HELO x\r\n" * 8
RECORD_ROUTE = b"\7\x27\4" + bytes(36) + b"\1"
TIMESTAMP = b"\x44\x24\5\0" + bytes(32) + b"\1" * 4
SOURCE_ROUTE = b"\x83\7\x08\xc0\0\2\1\1"
NOWHERE = (ROUTING, bytes(6))  # no segment is left
HOPS, OPTIONS, ATOMIC = (HOP, PAD), (DESTINATION, PAD), (FRAGMENT, bytes(7))
MANY_OPTIONS = (DESTINATION, (SKIPPED % 246 + bytes(246)) * 4 + SKIPPED % 212 + bytes(212))

# name: (families, way). The neighbour must be served by each of them.
TAKEN = {
    "syn": (46, plain()),
    "ece-cwr": (46, plain("SEC")),
    "psh": (46, plain("SP")),
    "urg": (46, plain("SU")),
    "psh-urg-ece-cwr": (46, plain("SPUEC")),
    "accurate-ecn": (46, plain("SECN")),
    "data": (46, plain(data=LONG)),
    "much-data": (46, plain(data=b"x" * 1400)),
    "no-tcp-options": (46, plain(options=())),
    "all-tcp-options": (46, plain(options=ALL_TCP_OPTIONS)),
    "fast-open": (46, plain(data=LONG, options=FAST_OPEN)),
    "fast-open-cookie": (46, plain(data=LONG, options=FAST_OPEN_COOKIE)),
    "multipath": (46, plain(options=[(30, b"\x01\x81")])),
    "padded-frame": (46, padded(b"\x10" * 600)),
    "offloaded": (46, lambda h: [h.offloaded()]),
    # Tags of VLAN 0 carry a priority alone, and the stack steps over as many as there are.
    "priority-tag": (46, tagged((TPID, 0xE000))),
    "priority-tag-802.1ad": (46, tagged((TPID_AD, 0))),
    "priority-tags-2": (46, tagged((TPID_AD, 0), (TPID, 0))),
    "priority-tags-3": (46, tagged(*[(TPID, 0)] * 3)),
    "priority-tags-20": (46, tagged(*[(TPID, 0)] * 20)),
    "priority-tags-300": (46, tagged(*[(TPID, 0)] * 300)),
    "priority-tag-and-fragments": (4, cut4(8, tags=[(TPID, 0)])),
    "nop-options": (4, optioned(b"\1" * 4)),
    "all-nop-options": (4, optioned(b"\1" * 40)),
    "end-of-options": (4, optioned(bytes(8))),
    "record-route": (4, optioned(RECORD_ROUTE)),
    "timestamp": (4, optioned(TIMESTAMP)),
    "dscp-and-ce": (4, optioned(tos=0xFF)),
    "reserved-flag": (4, optioned(flags="evil")),
    "cut-before-the-flags": (4, cut4(8)),
    "cut-behind-the-flags": (4, cut4(16)),
    "cut-behind-the-header": (4, cut4(24, data=LONG)),
    "last-fragment-first": (4, cut4(8, order=[1, 0])),
    "three-fragments": (4, cut4(8, 16)),
    "three-fragments-backwards": (4, cut4(8, 16, order=[2, 1, 0])),
    "three-fragments-first-between": (4, cut4(8, 16, order=[2, 0, 1])),
    "one-fragment-twice": (4, cut4(8, order=[0, 0, 1])),
    # The padding continues the segment with an ACK; it is no part of the packet.
    "padded-fragment-that-shows-an-ack": (4, cut4(8, padding=bytes(4) + b"\x60\x10" + bytes(14))),
    "options-in-fragments": (4, cut4(8, options=b"\1" * 40)),
    "hop-by-hop": (6, chained(HOPS)),
    "destination-options": (6, chained(OPTIONS)),
    "destination-options-of-1208-bytes": (6, chained(MANY_OPTIONS)),
    "destination-options-7": (6, chained(*[OPTIONS] * 7)),
    "destination-options-8": (6, chained(*[OPTIONS] * 8)),
    "destination-options-9": (6, chained(*[OPTIONS] * 9)),
    "destination-options-20": (6, chained(*[OPTIONS] * 20)),
    "routing": (6, chained(NOWHERE)),
    "routing-of-a-type-to-come": (6, chained((ROUTING, b"\x63" + bytes(5)))),
    "hop-by-hop-destination-routing": (6, chained(HOPS, OPTIONS, NOWHERE, OPTIONS)),
    "atomic-fragment": (6, chained(ATOMIC)),
    "atomic-fragment-reserved-bits": (6, chained((FRAGMENT, b"\xff" + fragment(1, 6, 0)[1:]))),
    "atomic-fragment-between-options": (6, chained(HOPS, ATOMIC, OPTIONS)),
    "cut6-behind-the-header": (6, cut6(24, data=LONG)),
    "cut6-in-the-options-of-tcp": (6, cut6(24, options=ALL_TCP_OPTIONS)),
    "cut6-last-fragment-first": (6, cut6(24, data=LONG, order=[1, 0])),
    "cut6-three-fragments": (6, cut6(24, 48, data=LONG)),
    "cut6-behind-hop-by-hop": (6, cut6(24, data=LONG, before=[HOPS])),
    "cut6-before-options": (6, cut6(32, data=LONG, chain=[OPTIONS])),
    "length-0-behind-hop-by-hop": (6, chained(HOPS, length=0)),
    "length-0-behind-hop-by-hop-and-8-more": (6, chained(HOPS, *[OPTIONS] * 8, length=0)),
}

# The same where there are devices of these VLANs.
TAKEN_BY_VLANS = {
    "vlan-tag": (46, tagged((TPID, 10))),
    "vlan-tags-2": (46, tagged((TPID, 10), (TPID, 20))),
    "vlan-tag-802.1ad": (46, tagged((TPID_AD, 30))),
    "vlan-tag-and-fragments": (4, cut4(8, tags=[(TPID, 10)])),
    "vlan-tag-between-priority-tags": (46, tagged((TPID, 0), (TPID, 10), (TPID, 0))),
}

# What the stack does not take, or one stack does and another does not.
TRIED = {
    "syn-fin": (46, plain("SF")),
    "syn-rst": (46, plain("SR")),
    "syn-fin-psh-urg": (46, plain("SFPU")),
    "all-flags-but-ack": (46, plain("SFRPUECN")),
    "syn-ack": (46, plain("SA", ack=1)),
    "no-flags": (46, plain("")),
    "ack": (46, plain("A", ack=1)),
    "to-all-of-the-link": (46, to_all),
    "llc-frame": (46, link_layer(b"\6\6\3", False)),
    "snap-frame": (46, link_layer(b"\xaa\xaa\3\0\0\0", True)),
    "tag-of-another-ethertype": (46, tagged((0x9100, 0))),
    "source-route": (4, optioned(SOURCE_ROUTE)),
    "length-0": (46, long_by(0, 0)),
    # Linux goes by the frame then (include/linux/ip.h, iph_totlen), from 6.3 on.
    "offloaded-of-length-0": (46, lambda h: [h.offloaded(length=0)]),
    "length-beyond-the-frame": (46, long_by(200, 200)),
    "length-short-of-the-flags": (46, long_by(33, 13)),
    "overlap-from-8": (4, overlap4(("A", 0, 16), ("S", 8, 24))),
    "overlap-from-8-backwards": (4, overlap4(("S", 8, 24), ("A", 0, 16))),
    "overlap-of-all": (4, overlap4(("A", 0, 16), ("S", 0, 16), ("S", 16, 24))),
    "overlap-of-all-backwards": (4, overlap4(("S", 16, 24), ("S", 0, 16), ("A", 0, 16))),
    "overlap-without-the-first": (4, overlap4(("S", 8, 24), ("A", 0, 16), ("S", 0, 8))),
    "no-first-fragment": (4, optioned(offset=8)),
    "hop-by-hop-not-first": (6, chained(OPTIONS, HOPS)),
    "hop-by-hop-twice": (6, chained(HOPS, HOPS)),
    "authentication-header": (46, within(51, b"\6\4" + bytes(22))),
    "mobility-header": (6, within(135, b"\6\0" + bytes(6))),
    "segment-routing": (6, chained((ROUTING, b"\4\0\0\0\0\0" + bytes(16)))),
    "ip-in-ip": (6, ip_in_ip),
    "atomic-fragments-3": (6, chained(ATOMIC, ATOMIC, ATOMIC)),
    "cut6-before-the-flags": (6, cut6(8)),
    "cut6-behind-the-flags": (6, cut6(16)),
    "cut6-in-the-chain": (6, cut6(8, chain=[OPTIONS])),
    "cut6-in-an-extension": (6, cut6(8, chain=[(DESTINATION, PAD + bytes(16))])),
    "cut6-in-the-chain-backwards": (6, cut6(8, chain=[OPTIONS] * 2, order=[1, 0])),
    "fragments-in-fragments": (6, fragments_in_fragments),
    "overlap6": (6, overlap6(("A", 0, 24), ("S", 8, 88))),
    "overlap6-backwards": (6, overlap6(("S", 8, 88), ("A", 0, 24))),
    "fragment-of-length-0": (6, chained(HOPS, ATOMIC, length=0)),
}


def expand(ways):
    """Yields one disguise for each IP version."""
    return {f"ipv{family}-{name}" if len(str(families)) > 1 else name: (int(family), frames)
            for name, (families, frames) in ways.items() for family in str(families)}


class Evader:
    def __init__(self, args):
        self.args = args
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.sock.bind((args.interface, 0))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.out.bind((args.interface, 0))
        self.out.setsockopt(263, 15, 1)  # SOL_PACKET, PACKET_VNET_HDR
        self.hosts, self.fate = {}, {}

    def send_syn(self, port, name, family, frames):
        host = Host(self.args, family, port)
        self.hosts[port], self.fate[port] = host, [name, "silence"]
        for frame in frames(host):
            said, frame = frame if isinstance(frame, tuple) else (bytes(10), frame)
            self.out.send(said + frame)

    def hear(self, frame):
        """Completes a connection after its answer: sends an ACK, data and a FIN, until the data comes back."""
        layer = {b"\x08\0": IP, b"\x86\xdd": IPv6}.get(frame[12:14])
        packet = layer(frame[14:]) if layer else None
        if not packet or TCP not in packet:
            return
        tcp = packet[TCP]
        host = self.hosts.get(tcp.dport)
        if tcp.sport != 25 or not host or packet.dst != host.source:
            return
        fate = self.fate[tcp.dport]
        if tcp.flags.S and tcp.flags.A:
            fate[1] = fate[1] if fate[1] == "served" else "answered"
            for flags, data in (("A", b""), ("PAF", b"EHLO x\r\n")):
                self.sock.send(host.ether(host.ip(host.tcp(flags, data, (), tcp.ack, tcp.seq + 1))))
        elif tcp.flags.R:
            fate[1] = "refused" if fate[1] == "silence" else fate[1]
        elif b"EHLO" in bytes(tcp.payload):
            fate[1] = "served"

    def listen(self, seconds, until=None):
        """Listens for this time, or until all these disguises were served."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if until and all(what == "served" for name, what in self.fate.values() if name in until):
                return
            if select.select([self.sock], [], [], left)[0]:
                self.hear(self.sock.recv(65536))


def main():
    parser = argparse.ArgumentParser()
    for name in ("interface", "mac", "to_mac", "source4", "source6", "to4", "to6"):
        parser.add_argument(name)
    parser.add_argument("--vlans", action="store_true", help="there are devices of the VLANs")
    parser.add_argument("--must", action="store_true", help="only name the ways that must be served")
    parser.add_argument("--port", type=int, default=20000, help="the first source port; all must be unused")
    args = parser.parse_args()
    must = expand(TAKEN) | (expand(TAKEN_BY_VLANS) if args.vlans else {})
    if args.must:
        print("\n".join(must))
        return
    ways = must | expand(TRIED) | expand(TAKEN_BY_VLANS)
    evader = Evader(args)
    for port, (name, (family, frames)) in enumerate(ways.items(), args.port):
        # Fragments of a fragment use the next number.
        evader.send_syn(args.port + 2 * (port - args.port), name, family, frames)
        evader.listen(0.002)
    evader.listen(1.3)  # an answer would be repeated within this time
    if any(what == "served" for _, what in evader.fate.values()):
        evader.listen(10, must)  # on a slow machine
    for name, fate in evader.fate.values():
        print(fate, name)


if __name__ == "__main__":
    sys.exit(main())
