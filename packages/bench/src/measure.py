"""Runs one command and prints what it cost as JSON: wall time, CPU of all its processes, the largest one's memory.

Node can't ask for the resource usage of one child; wait4 is how the kernel tells it, the waited-for descendants
included. Read from stdin: {"command": [...], "env": {...}, "cwd": "...", "log": "..."}.
"""

import json
import os
import sys
import time

request = json.load(sys.stdin)
os.chdir(request["cwd"])
log = os.open(request["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
nothing = os.open(os.devnull, os.O_RDONLY)
streams = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
command = request["command"]

begun = time.monotonic()
pid = os.posix_spawn(command[0], command, request["env"], file_actions=streams)
_, status, usage = os.wait4(pid, 0)
ended = time.monotonic()

# Linux counts ru_maxrss in KiB, macOS in bytes.
unit = 1 if sys.platform == "darwin" else 1024
print(
    json.dumps(
        {
            "exitCode": os.waitstatus_to_exitcode(status),
            "wallSeconds": ended - begun,
            "userSeconds": usage.ru_utime,
            "systemSeconds": usage.ru_stime,
            "peakRssBytes": usage.ru_maxrss * unit,
        }
    )
)
