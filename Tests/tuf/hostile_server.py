"""A server on a raw socket: files of a folder, and whatever else a test has it say, byte by byte."""

import os
import socket
import threading
import urllib.parse


class HostileServer:
    def __init__(self, folder):
        self.folder = folder
        # What is said for a path, by a function that gets the connection.
        self.hooks = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                head = b""
                while b"\r\n\r\n" not in head:
                    part = connection.recv(65536)
                    if not part:
                        return
                    head += part
                path = urllib.parse.unquote(head.split(b" ", 2)[1].decode())
                hook = self.hooks.get(path)
                if hook:
                    hook(connection)
                else:
                    connection.sendall(self.answer(path))
            except OSError:
                # The client has had enough.
                pass

    def answer(self, path):
        place = self.folder + path
        if not os.path.isfile(place):
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        with open(place, "rb") as file:
            body = file.read()
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body

    def close(self):
        self.listener.close()
