"""Peers for captures that no command line makes: peers.py WHAT PORT, in a directory of credentials."""
import smtplib
import socket
import ssl
import sys
import threading

HOST = "127.0.0.1"
# What a server of mail answers, by the first word or the second (IMAP has a tag before it).
SMTP = {"EHLO": "250-localhost\r\n250 STARTTLS", "STARTTLS": "220 go ahead", "QUIT": "221 bye"}
IMAP = {"CAPABILITY": "* CAPABILITY IMAP4rev1 STARTTLS\r\n{} OK", "STARTTLS": "{} OK go ahead",
        "LOGOUT": "* BYE\r\n{} OK"}


def server_context(**options):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("server.pem", "server.key")
    context.keylog_filename = "keys"
    return context


def client_context():
    return ssl.create_default_context(cafile="ca.pem")


def listen(port, segment=None):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if segment:
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
    listener.bind((HOST, port))
    listener.listen()
    return listener


def mail(port, greeting, answers):
    """Serves one connection that turns into TLS, command by command."""
    channel, _ = listen(port).accept()
    channel.sendall(greeting)
    while line := channel.makefile("rb").readline().decode():
        words = line.split()
        verb = next((word for word in line.upper().split()[:2] if word in answers), "")
        channel.sendall((answers.get(verb, "250 ok").format(words[0]) + "\r\n").encode())
        if verb == "STARTTLS":
            channel = server_context().wrap_socket(channel, server_side=True)
        if verb in ("QUIT", "LOGOUT"):
            break
    close(channel)


def send_mail(port):
    with smtplib.SMTP(HOST, port, local_hostname="localhost") as client:
        client._host = "localhost"
        client.starttls(context=client_context())
        client.noop()


def close(channel):
    if isinstance(channel, ssl.SSLSocket):
        channel.unwrap()
    channel.shutdown(socket.SHUT_WR)


def echo(channel):
    with channel:
        while data := channel.recv(65536):
            channel.sendall(data)
        close(channel)


def converse(port, segment=None, contexts=None):
    """Connections side by side, each of which says three lines in turn. None is one without TLS."""
    contexts = contexts or [client_context()]
    listener = listen(port, segment)

    def serve():
        for context in contexts:
            channel, _ = listener.accept()
            if context:
                channel = server_context().wrap_socket(channel, server_side=True)
            threading.Thread(target=echo, args=[channel]).start()

    threading.Thread(target=serve).start()
    channels = []
    for context in contexts:
        channel = socket.create_connection((HOST, port))
        channels.append(context.wrap_socket(channel, server_hostname="localhost")
                        if context else channel)
    for line in range(3):
        for number, channel in enumerate(channels):
            text = f"line {line} of connection {number}\n".encode() * (10 if segment else 1)
            channel.sendall(text)
            rest = len(text)
            while rest > 0:
                rest -= len(channel.recv(rest))
    for channel in channels:
        close(channel)


def several(port):
    old = client_context()
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    converse(port, contexts=[client_context(), None, old, client_context()])


WHAT = {
    "smtp": lambda port: mail(port, b"220 localhost\r\n", SMTP),
    "smtp-client": send_mail,
    "imap": lambda port: mail(port, b"* OK ready\r\n", IMAP),
    "several": several,
    "segments": lambda port: converse(port, segment=536),
}
WHAT[sys.argv[1]](int(sys.argv[2]))
