"""http_hello, lab 12, and nginx: 50 clients with a connection for each request, as wrk sees them."""
import os
import re
import subprocess

from arena import RUN, Server, new_port, pin, print_table, solution, tool, wanted

SECONDS = 1  # wrk takes no less
NGINX = """
user root root;
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log /dev/null crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile {sendfile};
    client_body_temp_path {folder}/nginx;
    proxy_temp_path {folder}/nginx;
    fastcgi_temp_path {folder}/nginx;
    uwsgi_temp_path {folder}/nginx;
    scgi_temp_path {folder}/nginx;
    server {{
        listen 127.0.0.1:{port} backlog=511;
        location / {{ {what} }}
    }}
}}
"""


def nginx_argv(nginx, folder, port, what, sendfile="off"):
    """nginx with a configuration of its own: one process, no log, and no sendfile() unless it is told to, as
    nginx has it by itself."""
    path = os.path.join(folder, "nginx-%s.conf" % port)
    with open(path, "w", encoding="ascii") as out:
        out.write(NGINX.format(folder=folder, port=port, what=what, sendfile=sendfile))
    return [nginx, "-p", folder, "-c", path]


def requests(wrk, port, cpu):
    """Requests a second, how many there were, and what wrk calls an error."""
    out = subprocess.run([wrk, "-t1", "-c50", "-d%ds" % SECONDS, "-H", "Connection: close",
                          "http://127.0.0.1:%s/" % port],
                         stdout=subprocess.PIPE, check=True, timeout=RUN, preexec_fn=pin(cpu), text=True)
    rate = float(re.search(r"Requests/sec: *([0-9.]+)", out.stdout).group(1))
    count = int(re.search(r"(\d+) requests in", out.stdout).group(1))
    wrong = 0
    found = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)",
                      out.stdout)
    if found:
        wrong += sum(int(number) for number in found.groups())
    found = re.search(r"Non-2xx or 3xx responses: (\d+)", out.stdout)
    if found:
        wrong += int(found.group(1))
    return rate, count, wrong


def http_hello(folder, build, rounds):
    wrk = tool("wrk")
    ours = solution(folder, build, "12_http_hello", "http_hello") if wrk else None
    if ours is None:
        return
    nginx = tool("nginx")
    title = "http_hello, 50 clients, pages a second"
    seen = {"solution": []}
    if nginx:
        seen["nginx, return 200"] = []
    each = {name: [] for name in seen}
    errors = {name: 0 for name in seen}
    for _ in range(2 * rounds):
        for name in seen:
            port = new_port()
            argv = [ours, port] if name == "solution" else nginx_argv(
                nginx, folder, port, 'default_type text/html; return 200 "<p>hello</p>";')
            with Server("tcp", port, argv, 0) as server:
                before = server.cpu()
                rate, count, wrong = requests(wrk, port, 1)
                each[name].append((server.cpu() - before) * 1e6 / count)
            seen[name].append(rate)
            errors[name] += wrong
    print_table(title, seen, {"nginx, return 200": 0.8}, each)
    for name, count in errors.items():
        what = "errors that wrk reports"
        print("  %-28s %10d %s%s" % (name, count, what, wanted(
            "http_hello, " + what, count, at_most=0 if name == "solution" else None)))
