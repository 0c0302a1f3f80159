"""Has `fork_server.py` run a program, and is in all else the process that runs it.

Usage: `python -ISs run_in_fork.py SOCKET PROGRAM [ARGUMENT...]`. Standard streams and environment
are handed over, signals are passed on, and it ends as the program does. Where it is killed, so is
the program.
"""

import json
import os
import signal
import socket
import sys

PASSED_ON = (signal.SIGINT, signal.SIGTERM)


def main(path: str, argv: list[str]) -> None:
    """Ends with the program."""
    # Until it is known whom to pass them on to.
    signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    job = {"executable": sys.executable, "argv": argv, "env": dict(os.environ)}
    text = f"{json.dumps(job)}\n".encode()
    sent = socket.send_fds(connection, [text], [0, 1, 2])
    connection.sendall(text[sent:])
    for stream in (0, 1, 2):
        os.close(stream)

    answers = connection.makefile()
    pid = int(answers.readline())
    for number in PASSED_ON:
        signal.signal(number, lambda it, _: os.kill(pid, it))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, PASSED_ON)
    code = int(answers.readline())
    if code < 0:
        if -code in PASSED_ON:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main(sys.argv[1], sys.argv[2:])
