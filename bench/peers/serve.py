"""The peer's side of bench/peer.ts: requests and answers as JSON lines on stdin and stdout."""
import json
import os
import sys
import time


def serve(actions):
    """Answers {"do": name, …} by actions[name](…), which returns a dict or None, until stdin ends.

    Each answer says how long the action took: `ms` on the clock and `cpuMs` over all threads of this process.
    """
    # Libraries print to stdout now and then; only answers may go where the other side reads.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        action = actions[request.pop("do")]
        began, busy = time.perf_counter(), time.process_time()
        try:
            answer = action(**request) or {}
            answer |= {"ms": (time.perf_counter() - began) * 1e3, "cpuMs": (time.process_time() - busy) * 1e3}
        except Exception as error:  # reported to the other side, which decides
            answer = {"error": f"{type(error).__name__}: {error}"[:2000]}
        answers.write(json.dumps(answer) + "\n")


def peak_memory():
    """Most memory that this process had resident at a time, in bytes."""
    with open("/proc/self/status", encoding="ascii") as status:
        line = next(line for line in status if line.startswith("VmHWM:"))
    return {"bytes": int(line.split()[1]) * 1024}


def threads():
    """As many threads as the other side uses; all cores by default."""
    return int(os.environ.get("WINNOW_BENCH_THREADS") or len(os.sched_getaffinity(0)))
