"""Runs a program in a terminal of its own, and presses the keys of a script: python3 drive.py COLUMNS SCRIPT PROGRAM…

The terminal has as many rows as LINES says, else 40. The script is JSON: a list of [WAIT, KEYS], where KEYS are sent once WAIT has been shown since the last keys. What the
terminal was sent goes to stdout byte for byte, and to stderr how much of it there was at each of the keys; the exit code
is that of the program, 128 + its number for a signal, and 99 where something that was waited for did not come.
"""
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

PATIENCE = 60
SETTLED = 0.05


def main():
    columns, script, program = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
    child, terminal = pty.fork()
    if child == 0:
        # Here, and not in the parent: the program may ask for its columns at once.
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", int(os.environ.get("LINES", 40)), columns, 0, 0))
        os.execv(program[0], program)
    seen, since, pressed = b"", 0, []
    deadline = time.monotonic() + PATIENCE
    while True:
        is_due = script and script[0][0].encode() in seen[since:]
        # Before the program listens, the terminal would take control characters for itself. It listens once all that
        # it shows is written: nothing more comes for a moment.
        listens = is_due and not termios.tcgetattr(terminal)[3] & termios.ICANON
        if listens and not select.select([terminal], [], [], SETTLED)[0]:
            _, keys = script.pop(0)
            since = len(seen)
            pressed.append(since)
            os.write(terminal, keys.encode())
            deadline = time.monotonic() + PATIENCE
        ready, _, _ = select.select([terminal], [], [], 0.01 if is_due else PATIENCE)
        if not ready and time.monotonic() < deadline:
            continue
        try:
            chunk = os.read(terminal, 65536) if ready else None
        except OSError:
            # Linux says so when the last program has closed the terminal.
            chunk = b""
        if chunk is None:
            os.kill(child, signal.SIGKILL)
        if not chunk:
            break
        seen += chunk
    sys.stdout.buffer.write(seen)
    _, status = os.waitpid(child, 0)
    if chunk is None or script:
        sys.stderr.write("never came: %r\n" % (script[0][0] if script else "the end"))
        return 99
    sys.stderr.write(json.dumps(pressed))
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


sys.exit(main())
