"""How quick the labs' solutions are, against programs that do the same.

    python3 tests/bench/servers BUILD [--rounds N] [--mib N] [--only SUBJECT,...]

All in one network namespace, each round all contenders one after the other, so that what else the
machine does meanwhile meets them alike. Printed are medians, and the median of the rounds' ratios. A
contender that is not installed is left out, and said to be.
"""
import argparse
import os
import tempfile

import arena
import files
import messages
import pages
import udp

SUBJECTS = {"udp": (udp.udp_echo,), "messages": (messages.tcp_server, messages.framed_server),
            "pages": (pages.http_hello,), "files": (files.file_download,), "ladder": (files.ladder,)}


def arguments():
    parser = argparse.ArgumentParser(prog="servers", description="How quick the solutions are.")
    parser.add_argument("build", help="the folder with libsocklings.a")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--mib", type=int, default=1024, help="size of the file that is moved")
    parser.add_argument("--only", default=",".join(SUBJECTS), help="of " + ", ".join(SUBJECTS))
    given = parser.parse_args()
    given.only = given.only.split(",")
    if given.rounds < 1 or given.mib < 1 or not set(given.only) <= set(SUBJECTS):
        parser.error("rounds and MiB from 1 up; subjects: " + ", ".join(SUBJECTS))
    return given


def main():
    given = arguments()
    memory = arena.enter(2 * given.mib + 16)
    build = os.path.abspath(given.build)
    moved = None
    with tempfile.TemporaryDirectory() as folder:
        for name in given.only:
            for subject in SUBJECTS[name]:
                if subject in (files.file_download, files.ladder):
                    moved = moved or files.Files(folder, memory, given.mib, given.rounds)
                    subject(moved, build)
                else:
                    subject(folder, build, given.rounds)
    arena.print_wanted()


main()
