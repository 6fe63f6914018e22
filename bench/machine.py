"""What the machine is, how busy others keep it, and what processes have used."""

import glob
import os
import platform
import time


def describe():
    cpu = ""
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    with open("/proc/meminfo") as file:
        total = int(file.readline().split()[1]) * 1024
    return {
        "processor": cpu,
        "logicalProcessors": os.cpu_count(),
        "memoryBytes": total,
        "system": platform.system() + " " + platform.release(),
    }


def load():
    return [round(value, 2) for value in os.getloadavg()]


def _jiffies():
    with open("/proc/stat") as file:
        numbers = [int(word) for word in file.readline().split()[1:9]]
    idle = numbers[3] + numbers[4]
    return sum(numbers) - idle, sum(numbers)


def busy(seconds=0.3):
    """The share of all processors that is used (or stolen by the host) while we do nothing."""
    used, total = _jiffies()
    time.sleep(seconds)
    used_then, total_then = _jiffies()
    return (used_then - used) / max(1, total_then - total)


def tree(pid):
    """The process and all below it."""
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as file:
                text = file.read()
        except OSError:
            continue
        fields = text.rsplit(")", 1)[1].split()
        parents[int(path.split("/")[2])] = int(fields[1])
    found = [pid]
    for one in found:
        found.extend(child for child, parent in parents.items() if parent == one)
    return found


def peak_memory(pid):
    """Peak resident bytes, each process of the tree at its own peak."""
    total = 0
    for one in tree(pid):
        with open(f"/proc/{one}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    total += int(line.split()[1]) * 1024
    return total
