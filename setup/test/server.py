"""Serves one folder for setup/test/run.sh. A file named broken-* is cut off after half its bytes unless a range is requested."""

import http.server
import os
import sys

folder, log = sys.argv[1:]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_HEAD(self):
        self.send_response(200)
        self.end_headers()

    def do_GET(self):
        path = os.path.join(folder, os.path.basename(self.path))
        with open(path, "rb") as file:
            data = file.read()
        asked = self.headers.get("Range", "")
        with open(log, "a") as file:
            file.write(f"{self.path} {asked}\n")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(data) - start))
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.end_headers()
        cut = not asked and "broken-" in path
        self.wfile.write(data[start : len(data) // 2 if cut else None])

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
