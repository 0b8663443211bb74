"""Walls around the process that decodes hostile files (security MED-4). Linux; elsewhere only the ceilings hold.

Three layers, each put up as far as the system lets us: ceilings (`setrlimit`), a network namespace
without any interface (`unshare`, needs root or user namespaces; many container runtimes forbid it),
and a filter of system calls (`seccomp`, needs nothing) that forbids sockets, programs, other
processes and opening files. What is already open, the two pipes, goes on working.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CPU_SECONDS: Final = 30  # for one file
MEMORY_BYTES: Final = 1024**3
OPEN_FILES: Final = 32
NICENESS: Final = 10  # requests go before pictures

_CLONE_NEWUSER: Final = 0x1000_0000
_CLONE_NEWNET: Final = 0x4000_0000
_PR_SET_SECCOMP: Final = 22
_PR_SET_NO_NEW_PRIVS: Final = 38
_SECCOMP_MODE_FILTER: Final = 2
_X32: Final = 0x4000_0000  # numbers above belong to the second interface of x86-64

_LOAD: Final = 0x20  # BPF: load a word of seccomp_data
_IF_EQUAL: Final = 0x15
_IF_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_ALLOW: Final = 0x7FFF_0000
_REFUSE: Final = 0x0005_0001  # the call fails with EPERM
_KILL: Final = 0x8000_0000

# Forbidden calls with their numbers on x86-64 and aarch64. No network, no program or process, no file by name.
_CALLS: Final[Mapping[str, tuple[int, int]]] = MappingProxyType(
    {
        "socket": (41, 198),
        "socketpair": (53, 199),
        "connect": (42, 203),
        "accept": (43, 202),
        "accept4": (288, 242),
        "bind": (49, 200),
        "listen": (50, 201),
        "sendto": (44, 206),
        "sendmsg": (46, 211),
        "sendmmsg": (307, 269),
        "execve": (59, 221),
        "execveat": (322, 281),
        "clone": (56, 220),
        "clone3": (435, 435),
        "ptrace": (101, 117),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "kill": (62, 129),
        "tkill": (200, 130),
        "tgkill": (234, 131),
        "rt_sigqueueinfo": (129, 138),
        "rt_tgsigqueueinfo": (297, 240),
        "pidfd_open": (434, 434),
        "pidfd_getfd": (438, 438),
        "pidfd_send_signal": (424, 424),
        "openat": (257, 56),
        "openat2": (437, 437),
        "truncate": (76, 45),
        "renameat": (264, 38),
        "renameat2": (316, 276),
        "unlinkat": (263, 35),
        "linkat": (265, 37),
        "symlinkat": (266, 36),
        "mkdirat": (258, 34),
        "fchmodat": (268, 53),
        "fchmodat2": (452, 452),
        "fchownat": (260, 54),
        "io_uring_setup": (425, 425),
        "bpf": (321, 280),
        "mount": (165, 40),
        "unshare": (272, 97),
        "setns": (308, 268),
    }
)
# open creat fork vfork rename mkdir rmdir link unlink symlink chmod chown: older calls that only x86-64 has
_OLD_X86_64: Final = (2, 85, 57, 58, 82, 83, 84, 86, 87, 88, 90, 92)


# What a program needs that the image child does without: to be started, to open files by name, threads.
_OF_PROGRAMS: Final = frozenset(
    {"execve", "clone", "clone3", "openat", "unlinkat", "renameat", "renameat2", "truncate", "tgkill"}
)


def _filters(but: frozenset[str] = frozenset()) -> dict[str, tuple[int, tuple[int, ...]]]:
    """For each architecture its audit number (linux/audit.h) and its forbidden calls."""
    calls = [numbers for name, numbers in _CALLS.items() if name not in but]
    old = () if "openat" in but else _OLD_X86_64
    return {
        "x86_64": (0xC000_003E, tuple(numbers[0] for numbers in calls) + old),
        "aarch64": (0xC000_00B7, tuple(numbers[1] for numbers in calls)),
    }


def confine(*, files: int) -> tuple[str, ...]:
    """Put up every wall there is, for good. Everything that will be needed must be imported before.

    Args:
        files: how many files the process will work on; bounds its processor time for all of them.

    Returns:
        Names of the walls that hold besides the ceilings: `network`, `calls`.
    """
    _set_ceilings(CPU_SECONDS * (files + 1), 0)
    if sys.platform != "linux":
        return ()
    libc = ctypes.CDLL(None, use_errno=True)
    walls = (("network", _leave_network(libc)), ("calls", _forbid_calls(libc)))
    return tuple(name for name, holds in walls if holds)


def allow_cpu(seconds: int) -> None:
    """From now on the process may use so many seconds of processor time, then it is killed (SIGXCPU)."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(usage.ru_utime + usage.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def confine_program(*, cpu_seconds: int, file_bytes: int) -> None:
    """Put up the walls behind which this process will become another program, which must open files and start threads.

    Args:
        cpu_seconds: processor time of all its threads together.
        file_bytes: of the largest file that it may write.
    """
    _set_ceilings(cpu_seconds, file_bytes)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        _leave_network(libc)
        _forbid_calls(libc, but=_OF_PROGRAMS)


def _set_ceilings(cpu_seconds: int, file_bytes: int) -> None:
    os.nice(NICENESS)
    _lower(resource.RLIMIT_CPU, cpu_seconds)
    _lower(resource.RLIMIT_AS, MEMORY_BYTES)
    _lower(resource.RLIMIT_NOFILE, OPEN_FILES)
    _lower(resource.RLIMIT_FSIZE, file_bytes)
    _lower(resource.RLIMIT_CORE, 0)  # a core dump would hold somebody's picture


def _lower(name: int, value: int) -> None:
    _, hard = resource.getrlimit(name)
    ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(name, (ceiling, ceiling))


def _leave_network(libc: ctypes.CDLL) -> bool:
    """Move to an empty network: as root directly, else inside a user namespace of our own."""
    return any(libc.unshare(flags) == 0 for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def _forbid_calls(libc: ctypes.CDLL, *, but: frozenset[str] = frozenset()) -> bool:
    known = _filters(but).get(platform.machine())
    if known is None or libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    steps = build_filter(*known)
    program = _Program(len(steps) // 8, steps)
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def build_filter(architecture: int, forbidden: tuple[int, ...]) -> bytes:
    """A BPF program for seccomp: foreign calling conventions kill, forbidden calls fail with EPERM, all else passes.

    Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
    """
    count = len(forbidden)
    steps = [
        (_LOAD, 0, 0, 4),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_IF_AT_LEAST, count + 1, 0, _X32),
        *((_IF_EQUAL, count - at, 0, number) for at, number in enumerate(forbidden)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)
