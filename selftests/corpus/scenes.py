# SPDX-License-Identifier: GPL-2.0-only
"""
What peers do to an exim, and what it is worth: (name, peer, classes of the events, what is done).

"class*4" is four events where exim logs syntax errors, and one, the last, where it does not. "class?" may be or not be:
that there was no mail is logged by some selectors only, and counts where the connection came to nothing else.
"""
import time

PIF = 'MIME-Version: 1.0\r\nContent-Type: application/octet-stream; name="details.pif"\r\nContent-Disposition: attachment; filename="details.pif"\r\n'
EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
V = "192.0.2.77"  # an innocent's address
EVIL = f"H=(x) [{V}] F=<a@b> rejected RCPT <c@d>: Unknown user"


def drain(sock):
    try:
        return sock.recv(65536)
    except OSError:
        return b""


def evil_server(sock):
    """A mail server that says of others what exim would say of them."""
    sock.settimeout(10)
    sock.sendall(b"220 evil.example\r\n")
    while data := drain(sock):
        word = data[:4].upper()
        if word in (b"EHLO", b"HELO"):
            sock.sendall(b"250-evil.example\r\n250 AUTH PLAIN\r\n")
        elif word == b"AUTH":
            sock.sendall(f"535 {EVIL}\r\n".encode())
        elif word == b"QUIT":
            sock.sendall(b"221 bye\r\n")
            break
        elif word == b"RCPT":
            sock.sendall(f"550 {EVIL}\r\n".encode())
        else:
            sock.sendall(b"250 ok\r\n")
    sock.close()


def ident(sock):
    ports = drain(sock).strip()
    sock.sendall(ports + b" : USERID : UNIX : somebody\r\n")
    sock.close()


def evil_ident(sock):
    ports = drain(sock).strip()
    sock.sendall(ports + f" : USERID : UNIX : x H=(x) [{V}]:25 F=<a@b> rejected RCPT <c@d>: virus".encode() + b"\r\n")
    sock.close()


def session(*steps, number=10, hello="host.peer.example"):
    """A scene: greets, does the steps, says goodbye."""

    def scene(stage):
        with stage.peer(number) as peer:
            if hello:
                peer.hello(hello)
            for step in steps:
                step(peer)
            peer.quit()

    return scene


def say(*lines):
    return lambda peer: [peer.say(line) for line in lines]


def rcpt(*recipients, sender="s@peer.example"):
    return lambda peer: [peer.say(f"MAIL FROM:<{sender}>")] + [peer.say(f"RCPT TO:<{to}>") for to in recipients]


def mail(sender="s@peer.example", to="alice@example.org", options="", **message):
    def step(peer):
        peer.envelope(to, sender, options)
        peer.message(**message)

    return step


def connect_only(number):
    def scene(stage):
        with stage.peer(number) as peer:
            peer.say("QUIT")

    return scene


def early(stage):
    with stage.peer(10, greeting=False) as peer:
        peer.send("EHLO host.peer.example\r\n")
        peer.reply()


def impatient(command):
    def scene(stage):
        with stage.peer(10) as peer:
            peer.say("HELO host.peer.example")
            peer.send(command + "\r\nRCPT TO:<alice@example.org>\r\n")
            time.sleep(0.1)
            peer.reply()

    return scene


def hang_up(*lines, hello="host.peer.example"):
    def scene(stage):
        with stage.peer(10) as peer:
            peer.hello(hello)
            for line in lines:
                peer.say(line)

    return scene


def fall_asleep(stage):
    with stage.peer(10) as peer:
        peer.hello()
        peer.envelope()
        peer.reply()


def vanish_in_data(stage):
    with stage.peer(10) as peer:
        peer.hello()
        peer.envelope()
        peer.say("DATA")
        peer.send("Subject: half a ")


def crowd(stage):
    peers = [stage.peer(10) for _ in range(4)]
    for peer in peers:
        peer.quit()


def babble_tls(stage):
    with stage.peer(10) as peer:
        peer.hello()
        peer.say("STARTTLS")
        peer.send(b"\x16\x03\x01 this is no handshake \r\n" * 8)
        peer.reply()


def over_tls(*steps, name="mx.example", hello="host.peer.example"):
    def scene(stage):
        with stage.peer(10) as peer:
            peer.hello(hello)
            peer.start_tls(name)
            peer.hello(hello)
            for step in steps:
                step(peer)
            peer.quit()

    return scene


def login(user, password):
    return lambda peer: peer.auth_plain(user, password)


def local(*commands):
    return lambda stage: stage.local("".join(c + "\r\n" for c in ("EHLO x",) + commands + ("QUIT",)))


class Greeter:
    """A stage on which a peer that was not welcome says goodbye."""

    def __init__(self, stage):
        self.stage = stage

    def peer(self, number, **options):
        peer = self.stage.peer(number, **options)
        greet = peer.hello

        def hello(name):
            greet(name)
            peer.quit()

        peer.hello = hello
        return peer


def refused_greeting(scene):
    return lambda stage: scene(Greeter(stage))


honest = [
    ("good mail", 11, ["arrival"], session(mail(), number=11)),
    ("good mail over TLS", 10, ["arrival"], over_tls(mail())),
    ("good mail after a login", 10, ["arrival"], session(login("somebody", "right"), mail())),
    ("two good mails", 10, ["arrival"] * 2, session(mail(), mail())),
    ("a bounce that is welcome", 10, ["arrival"], session(mail(sender=""))),
    ("a quoted sender", 10, ["arrival"], session(mail(sender='"a b"@peer.example'))),
    ("a HELO that is an address", 10, ["unknown-user"], session(rcpt("nobody@example.org"), hello="[198.51.100.99]")),
    ("a HELO that is an IPv6 address", 10, ["unknown-user"], session(rcpt("nobody@example.org"), hello="[IPv6:2001:db8::99]")),
    ("a HELO that is the name", 12, ["unknown-user"], session(rcpt("nobody@example.org"), number=12, hello="mx12.peer.example")),
    ("a host that has a name", 12, ["unknown-user"], session(rcpt("nobody@example.org"), number=12)),
    ("a host that has an ident", 60, ["unknown-user"], session(rcpt("nobody@example.org"), number=60)),
    ("virus", 10, ["virus"], session(mail(body=EICAR))),
    ("virus over TLS", 10, ["virus"], over_tls(mail(body=EICAR))),
    ("virus after a login", 10, ["virus"], session(login("some body", "right"), mail(body=EICAR))),
    ("virus by BDAT", 10, ["virus"], session(lambda p: p.envelope(), say("BDAT %d LAST\r\nSubject: x\r\n\r\n%s" % (len(EICAR) + 16, EICAR)))),
    ("worm by its attachment", 10, ["worm"], session(mail(headers=PIF))),
    ("worm by its subject", 10, ["worm"], session(mail(subject="Re: Details"))),
    ("another of its subjects", 10, ["worm"], session(mail(subject="Thank you!"))),
    ("spam", 10, ["spam"], session(mail(subject="SPAM SPAM"))),
    ("bad header", 10, ["protocol"], session(mail(headers="To: a@b@c <<>\r\n"))),
    # What PRDR refuses for one recipient is logged without a host.
    ("virus for one of two", 10, ["arrival"], session(say("MAIL FROM:<s@peer.example> PRDR", "RCPT TO:<alice@example.org>", "RCPT TO:<bob@example.org>"), lambda p: p.message())),
    ("unknown user", 10, ["unknown-user"], session(rcpt("nobody@example.org"))),
    ("three unknown users", 10, ["unknown-user"] * 3, session(rcpt("n1@example.org", "n2@example.org", "n3@example.org"))),
    ("relay", 10, ["relay"], session(rcpt("x@elsewhere.example"))),
    ("dnsbl", 10, ["dnsbl"], session(rcpt("dnsbl@example.org"))),
    ("listed", 10, ["dnsbl"], session(rcpt("listed@example.org"))),
    ("ratelimit", 10, ["ratelimit"], session(rcpt("ratelimited@example.org"))),
    ("reverse DNS", 10, ["rdns"], session(rcpt("rdns@example.org"))),
    ("policy", 10, ["policy"], session(rcpt("policy@example.org"))),
    ("dropped", 10, ["unknown-user"], session(rcpt("dropped@example.org"))),
    ("greylisted", 10, [], session(rcpt("greylisted@example.org"))),
    ("discarded", 10, [], session(rcpt("discarded@example.org"))),
    ("discarded by a trap", 10, ["spam"], session(rcpt("trapped@example.org"))),
    ("put off for its rate", 10, ["ratelimit"], session(rcpt("hurried@example.org"))),
    ("warned of", 10, [], session(rcpt("alice@example.org", sender="warned@peer.example"), say("RSET"))),
    ("sender that cannot be", 10, ["sender"], session(rcpt("alice@example.org", sender="x@nowhere.invalid"))),
    ("sender whom his server denies", 10, ["sender"], session(rcpt("alice@example.org", sender="x@callout.example"))),
    ("bounce to nobody", 10, ["backscatter"], session(rcpt("nobody@example.org", sender=""))),
    ("MAIL refused", 10, ["policy"], session(say("MAIL FROM:<banned@peer.example>"))),
    ("MAIL put off", 10, [], session(say("MAIL FROM:<later@peer.example>"))),
    ("mail put off", 10, [], session(mail(subject="LATER"))),
    ("DATA refused", 10, ["policy"], session(rcpt("alice@example.org", sender="predata@peer.example"), say("DATA"))),
    ("HELO refused", 10, ["helo"], session(hello="bad.example")),
    ("HELO refused without a reason that is known", 10, ["helo"], session(hello="refused.example")),
    ("HELO with characters", 10, ["helo"], session(hello="a b!c")),
    ("HELO that does not fit", 53, ["rdns", "helo"], session(number=53, hello="other.peer.example")),
    ("no HELO where there must be", 53, ["helo", "rdns?"], session(say("MAIL FROM:<s@peer.example>"), number=53, hello=None)),
    ("connection refused", 50, ["dnsbl"], connect_only(50)),
    ("connection dropped", 51, ["policy"], connect_only(51)),
    ("host refused", 52, ["policy"], connect_only(52)),
    ("too many connections", 10, ["flood", "disconnect?", "disconnect?", "disconnect?"], crowd),
    ("login failed", 10, ["auth"], session(login("root", "wrong"))),
    ("two logins failed", 10, ["auth"] * 2, session(login("root", "wrong"), login("admin", "wrong"))),
    ("LOGIN failed", 10, ["auth"], session(say("AUTH LOGIN", "cm9vdA==", "d3Jvbmc="))),
    ("login that we cannot check", 10, [], session(say("AUTH LOGIN", "YnJva2Vu", "eA=="))),
    ("login given up", 10, [], session(say("AUTH LOGIN", "*"))),
    ("login refused", 10, ["auth"], session(say("AUTH EXTERNAL x"))),
    ("data before the greeting", 10, ["protocol"], early),
    ("data before the answer", 10, ["protocol"], impatient("MAIL FROM:<s@peer.example>")),
    ("syntax error", 10, ["protocol"], session(say("MAIL FROM:<a@b"))),
    ("too many unknown commands", 10, ["protocol*4"], session(*[say("FOO bar")] * 5)),
    ("too many syntax errors", 10, ["protocol*4"], session(*[say("MAIL FROM:<a@b")] * 5)),
    ("too many other commands", 10, ["protocol"], session(*[say("NOOP")] * 8)),
    ("unqualified sender", 10, ["protocol"], session(say("MAIL FROM:<foo>"))),
    ("unqualified recipient", 10, ["protocol"], session(rcpt("foo"))),
    ("too many recipients", 10, ["ratelimit"], session(rcpt(*["alice@example.org"] * 7), say("RSET"))),
    ("VRFY of nobody", 10, ["unknown-user"], session(say("VRFY nobody@example.org"))),
    ("too big", 10, [], session(say("MAIL FROM:<s@peer.example> SIZE=99999999"))),
    ("no handshake", 10, ["tls", "disconnect?"], babble_tls),
    ("hung up in the middle", 10, ["disconnect"], hang_up("MAIL FROM:<s@peer.example>")),
    ("fell asleep", 10, ["disconnect"], fall_asleep),
    ("vanished in DATA", 10, ["disconnect"], vanish_in_data),
    ("forwarded to a server that refuses", 10, ["arrival"], session(mail(to="forward@example.org"))),
    ("a local user", None, [], local("MAIL FROM:<a@b.example>", "RCPT TO:<nobody@example.org>", "VRFY x", "FOO")),
]

FORGED = f'x> rejected RCPT <y> H=(z) [{V}]:25 '
hostile = [
    ("sender", 10, ["unknown-user"], session(rcpt("nobody@example.org", sender=f'"{FORGED}"@b.example'))),
    ("recipient", 10, ["unknown-user"], session(rcpt(f'"nouser> H=q [{V}]: z"@example.org'))),
    ("sender of a mail that is taken", 10, ["arrival"], session(mail(sender=f'"H=(x) [{V}] P=esmtp"@b.example'))),
    ("sender of a virus", 10, ["virus"], session(mail(sender=f'"H=(x) [{V}] F=<a@b> rejected after DATA: virus"@b.example', body=EICAR))),
    ("subject", 10, ["policy"], session(mail(subject=f"QUOTED {EVIL}"))),
    ("subject that is taken", 10, ["arrival"], session(mail(subject=EVIL))),
    ("message id", 10, ["arrival"], session(mail(headers=f"Message-ID: <x H=(x) [{V}] P=@b.example>\r\n"))),
    # Where the site quotes the peer, the peer's words decide what its offence is called.
    ("text of an ACL", 10, ["policy"], session(rcpt("quoting@example.org", sender=f'"{EVIL}"@b.example'))),
    ("HELO", 10, ["unknown-user"], session(rcpt("nobody@example.org"), hello=f"x) [{V}]:25 F=<z> rejected RCPT <q> (y")),
    ("HELO with control characters", 10, ["unknown-user"], session(rcpt("nobody@example.org"), hello=f"x) [{V}]:25 F=<z> rejected RCPT <q> (y \x1b\rz")),
    ("HELO and login", 10, ["auth"], session(login("root", "wrong"), hello=f"x) [{V}]: 535 Incorrect authentication data (y")),
    ("HELO and hanging up", 10, ["disconnect"], hang_up("MAIL FROM:<s@peer.example>", hello=f"x) [{V}] D=1s (y")),
    ("HELO and mail", 10, ["arrival"], session(mail(), hello=f"x) [{V}] P=esmtp (y")),
    ("HELO that is refused", 10, ["helo"], session(hello=f'bad" from (x) [{V}]')),
    ("HELO that does not fit", 53, ["rdns", "helo"], session(number=53, hello=f'h" from (x) [{V}]')),
    ("HELO and TLS", 10, ["virus"], over_tls(mail(body=EICAR), hello=f"x) [{V}]:25 F=<z> rejected after DATA: virus (y")),
    # More than exim's buffer holds: from 4.98 on, the true host is what is cut off.
    ("HELO that is too long", 10, ["unknown-user"], session(rcpt("nobody@example.org"), hello=f"x) [{V}] F=<a@b> rejected after DATA: virus " + 8300 * "a")),
    ("command that is too long", 10, ["protocol"], session(say(f"FOO H=[{V}] " + 8300 * "a"))),
    ("sender with backslashes", 10, ["unknown-user"], session(rcpt("nobody@example.org", sender='a\\>\\"b@b.example'))),
    ("sender with backslashes of a virus", 10, ["virus"], session(mail(sender='a\\>b@b.example', body=EICAR))),
    ("sender with a host of a mail that is taken", 10, ["arrival"], session(mail(sender=f'a\\ H=b."x [{V}] "@b.example'))),
    ("set_id", 10, ["auth"], session(login(f"x [{V}]: 535 Incorrect authentication data (set_id=y", "wrong"))),
    ("id of a login", 10, ["unknown-user"], session(login(f"x rejected RCPT <y> H=(z) [{V}]:25 F=<a@b> temporarily", "right"), rcpt("nobody@example.org"))),
    ("syntax error", 10, ["protocol"], session(say(f'MAIL FROM:<a@b> " H=(z) [{V}] next input="'))),
    ("syntax error without quotes", 10, ["protocol"], session(say(f"MAIL FROM:<a@b> H=(z) [{V}] x"))),
    ("protocol error", 10, ["protocol"], session(say(f'RCPT TO:<a@b> " H=(z) [{V}] '))),
    ("unknown commands", 10, ["protocol*4"], session(*[say(f'FOO " H=(z) [{V}] dropped: too many')] * 5)),
    ("other commands", 10, ["protocol"], session(*[say(f"NOOP H=(z) [{V}]")] * 8)),
    ("data before the greeting", 10, ["protocol"], lambda stage: _early_evil(stage)),
    ("data before the answer", 10, ["protocol"], impatient(f'MAIL FROM:<a@b> " H=(x) [{V}] next input="x')),
    ("VRFY", 10, ["unknown-user"], session(say(f'VRFY "H=(x) [{V}]"@example.org'))),
    ("VRFY with a space", 10, ["unknown-user"], session(say(f'VRFY "a H=(x) [{V}] "@example.org'))),
    ("unqualified sender", 10, ["protocol"], session(say(f'MAIL FROM:<"H=(x) [{V}] ">'))),
    ("too many recipients", 10, ["ratelimit"], session(rcpt(*["alice@example.org"] * 7, sender=f'"H=(a) [{V}] rejected"@b.example'), say("RSET"))),
    ("too big", 10, [], session(say(f'MAIL FROM:<"> H=(x) [{V}]: message too big: read=1 max=1"@b.example> SIZE=99999999'))),
    ("ETRN", 10, ["policy"], session(say(f"ETRN #H=(x) [{V}]"))),
    ("callout", 10, ["sender"], session(rcpt("alice@example.org", sender="x@callout.example"))),
    ("remote server", 10, ["arrival"], session(mail(to="forward@example.org"))),
    # An ident that looks like a rejection makes one of lines that are none; it is the peer's own.
    ("ident", 60, ["unknown-user", "policy?"], session(rcpt("nobody@example.org"), number=60)),
    ("ident and a login", 60, ["auth"], session(login("root", "wrong"), number=60)),
    ("ident and a syntax error", 60, ["protocol"], session(say("FOO"), number=60)),
    ("name in the DNS", 70, ["unknown-user"], session(rcpt("nobody@example.org"), number=70)),
    ("SNI", 10, ["unknown-user"], over_tls(rcpt("nobody@example.org"), name="f.rejected.after.example")),
    ("hung up", 10, ["disconnect"], hang_up(f'MAIL FROM:<"H=(x) [{V}] D=1s"@b.example>')),
    ("local user's VRFY", None, [], local(f"VRFY H=(x) [{V}]", f"VRFY a H=(x) [{V}]")),
    ("local user's commands", None, [], local(f'FOO " H=(x) [{V}] x', f'MAIL FROM:<a@b> " H=(x) [{V}]')),
    ("local user's mail", None, [], local(f'MAIL FROM:<"H=(x) [{V}] P=esmtp"@b.example>', "RCPT TO:<alice@example.org>", "DATA", f"Subject: {EVIL}", "", "x", ".")),
]

# What a local_scan() refuses: the sender stands before the host, without brackets.
SCANNED = f'"a H=(x) [{V}] P=esmtp rejected by local_scan(): virus"@b.example'
scanned = [
    ("good mail", 10, ["arrival"], session(mail())),
    ("spam", 10, ["spam"], session(mail(body="SCAN spam"))),
    ("virus", 10, ["virus"], session(mail(body="SCAN virus"))),
    ("virus over TLS", 10, ["virus"], over_tls(mail(body="SCAN virus"))),
    ("no reason that is known", 10, ["policy"], session(mail(body="SCAN policy"))),
    ("put off", 10, [], session(mail(body="SCAN later"))),
    ("put off for its rate", 10, ["ratelimit"], session(mail(body="SCAN rate"))),
    ("spam of a bounce", 10, ["spam"], session(mail(sender="", body="SCAN spam"))),
    ("spam of a host that has a name", 12, ["spam"], session(mail(body="SCAN spam"), number=12)),
    ("spam of a host whose name looks like another", 70, ["spam"], session(mail(body="SCAN spam"), number=70)),
    ("spam of a host with an ident", 60, ["spam"], session(mail(body="SCAN spam"), number=60)),
    ("spam by BDAT", 10, ["spam"], session(lambda p: p.envelope(), say("BDAT 25 LAST\r\nSubject: x\r\n\r\nSCAN spam"))),
    ("spam after a login", 10, ["spam"], session(login("some body", "right"), mail(body="SCAN spam"))),
    ("id of a login", 10, ["spam"], session(login(f"x rejected by local_scan(): H=(z) [{V}]:25 virus", "right"), mail(body="SCAN spam"))),
    ("quoted sender", 10, ["spam"], session(mail(sender='"a b"@b.example', body="SCAN spam"))),
    ("sender with a host", 10, ["spam"], session(mail(sender=SCANNED, body="SCAN spam"))),
    ("sender with backslashes", 10, ["spam"], session(mail(sender=f'a\\ H=b."x [{V}] "@b.example', body="SCAN spam"))),
    ("sender that the text quotes", 10, ["policy"], session(mail(sender='"no such virus rate limit"@b.example', body="SCAN quote"))),
    ("sender with a host that the text quotes", 10, ["policy"], session(mail(sender=SCANNED, body="SCAN quote"))),
    ("sender with a host of a mail that is taken", 10, ["arrival"], session(mail(sender=SCANNED))),
]


def _early_evil(stage):
    with stage.peer(10, greeting=False) as peer:
        peer.send(f'" H=(x) [{V}] input="\r\n')
        peer.reply()
