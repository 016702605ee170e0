"""Attacks on grading, as data: each is a notebook, and none may earn a point.

Every notebook is asked for `f`, whose reference is `3 * x**2 + x[::-1]`, on fresh inputs. Placeholders:
{secret} a file with the reference, {door} and {port} sockets that listen, {parent} the grader's process,
{outside} a folder that is not the scratch, {tensorflow} the folder of that package,
{scipy_library} a library of SciPy's in C.

Run them through `arena.attack` alone: some would end every process of this machine.
"""

# ruff: noqa: E501 (an attack is easier to read on one line)

from collections.abc import Mapping

# What an attack falls back to: it must be wrong, so that a point can only come from the attack.
WRONG = "def f(x):\n    return x"


def _with(attack: str) -> list[str]:
    return [WRONG, attack]


LOOPS = {
    "a loop in a cell": _with("while True:\n    pass"),
    "a loop that swallows every exception": _with(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "a loop with all signals blocked": _with(
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\nwhile True: pass"
    ),
    "a loop in C": _with("sum(range(10**12))"),
    "a sleep": _with("import time\ntime.sleep(1000)"),
    "a loop in the function": ["def f(x):\n    while True: pass"],
    "a loop in the function that swallows": [
        "def f(x):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    ],
    "a regular expression that never ends": _with("import re\nre.match('(a+)+$', 'a' * 60 + 'b')"),
    "a generator without end": ["def f(x):\n    return list(iter(int, 1))"],
    "a lock that nobody releases": _with(
        "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()"
    ),
}

MEMORY = {
    "20 GB of bytes": _with("b = bytearray(20 << 30)"),
    "20 GB of zeros, touched": _with("import numpy as np\nb = np.zeros(20 << 27)\nb[:] = 1"),
    "a list that grows": _with("b = []\nwhile True: b.append(' ' * 10**7)"),
    "20 GB in the function": ["import numpy as np\ndef f(x):\n    return np.ones(20 << 27)"],
    "memory in files without names": _with(
        "import os\nfor n in range(100):\n    fd = os.memfd_create('m')\n    os.truncate(fd, 1 << 30)"
    ),
    "shared memory": _with(
        "from multiprocessing import shared_memory\n"
        "s = shared_memory.SharedMemory(create=True, size=10 << 30)"
    ),
    "a limit raised": _with(
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))\nb = bytearray(4 << 30)"
    ),
    "a huge integer": _with("n = 10 ** 10 ** 9"),
    "deep recursion": _with("import sys\nsys.setrecursionlimit(10**9)\ndef r(): r()\nr()"),
    "open files without end": _with(
        "import os\nfs = [os.open('/dev/null', 0) for _ in range(10**6)]"
    ),
}

PROCESSES = {
    "a fork bomb": _with("import os\nwhile True: os.fork()"),
    "a fork bomb in the function": ["import os\ndef f(x):\n    while True: os.fork()"],
    "posix_spawn": _with("import os\nos.posix_spawn('/bin/sleep', ['sleep', '1000'], {{}})"),
    "subprocess": _with("import subprocess\nsubprocess.Popen(['sleep', '1000'])"),
    "a shell escape": _with("!sleep 1000 &"),
    "a bash cell": _with("%%bash\nsleep 1000 &"),
    "os.system": _with("import os\nos.system('sleep 1000 &')"),
    "a daemon forked twice": _with(
        "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        while True: pass\n    os._exit(0)"
    ),
    "clone by number": _with("import ctypes\nctypes.CDLL(None).syscall(56, 17, 0, 0, 0, 0)"),
    "clone3 by number": _with(
        "import ctypes\na = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)\n"
        "ctypes.CDLL(None).syscall(435, a, 88)"
    ),
    "vfork by number": _with("import ctypes\nctypes.CDLL(None).syscall(58)"),
    "multiprocessing": _with("import multiprocessing as m\nm.Process(target=print).start()"),
    "thousands of threads": _with(
        "import threading, time\nthreading.stack_size(1 << 16)\n"
        "for _ in range(5000): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    ),
    "exec": _with("import os\nos.execv('/bin/sleep', ['sleep', '1000'])"),
    "the death signal taken off by a number of 64 bits": _with(
        "import ctypes\nctypes.CDLL(None).syscall(157, ctypes.c_ulong((1 << 32) + 1), 0, 0, 0, 0)\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "the death signal taken off": _with(
        "import ctypes\nctypes.CDLL(None).prctl(1, 0)\nwhile True:\n    try:\n"
        "        while True: pass\n    except BaseException: pass"
    ),
}

EXITS = {
    "os._exit in a cell": _with("import os\nos._exit(0)"),
    "os._exit in the function": ["import os\ndef f(x):\n    os._exit(0)"],
    "sys.exit in the function": ["import sys\ndef f(x):\n    sys.exit(0)"],
    "a BaseException": ["def f(x):\n    raise BaseException('all points')"],
    "a segmentation fault": ["import ctypes\ndef f(x):\n    ctypes.string_at(0)"],
    "abort": ["import os\ndef f(x):\n    os.abort()"],
    "an error that cannot be printed": [
        "class E(Exception):\n    def __str__(self): raise self\ndef f(x):\n    raise E"
    ],
    "a deadline error raised by hand": [
        "from dscourse.checking import DeadlineExceededError\ndef f(x):\n    raise DeadlineExceededError"
    ],
}

SIGNALS = {
    "kill everything": _with("import os\nos.kill(-1, 9)"),
    "kill the group": _with("import os\nos.killpg(0, 9)"),
    "kill the grader": _with("import os\nos.kill({parent}, 9)"),
    "kill the zygote": _with("import os\nos.kill(os.getppid(), 9)"),
    "stop the zygote by tgkill": _with(
        "import ctypes, os\np = os.getppid()\nctypes.CDLL(None).syscall(234, p, p, 19)"
    ),
    "a signal by pidfd": _with(
        "import os, signal\nsignal.pidfd_send_signal(os.pidfd_open(os.getppid()), 9)"
    ),
    "a queued signal": _with("import ctypes, os\nctypes.CDLL(None).sigqueue(os.getppid(), 9, 0)"),
    "the owner of a file set to the zygote": _with(
        "import fcntl, os\nr, w = os.pipe()\nfcntl.fcntl(r, fcntl.F_SETOWN, os.getppid())\n"
        "fcntl.fcntl(r, 10, 9)\nfcntl.fcntl(r, fcntl.F_SETFL, os.O_ASYNC)\nos.write(w, b'x')"
    ),
    "trace the zygote": _with(
        "import ctypes, os\nctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)"
    ),
    "write the zygote's memory": _with("import os\nopen(f'/proc/{{os.getppid()}}/mem', 'r+b')"),
}

PATCHES = {
    "allclose says yes": _with(
        "import numpy as np\nnp.allclose = np.array_equal = lambda *a, **k: True\n"
        "np.testing.assert_allclose = lambda *a, **k: None"
    ),
    "isclose says yes": _with("import numpy as np\nnp.isclose = lambda a, b, **k: np.True_"),
    "the comparison says yes": _with(
        "import dscourse.checking.compare as c, dscourse.checking.judge as j\n"
        "c.compare = j.compare = j.judge = lambda *a: None"
    ),
    "run_checks says yes": _with(
        "import dscourse.checking.run as r\nr.judge = r.compare = lambda *a, **k: None"
    ),
    "the packer is replaced": _with(
        "import dscourse.grading.inside.answers as a\n"
        "a.pack_observation = lambda *k: {{'returned': {{'passed': True}}}}"
    ),
    "builtins are replaced": _with("import builtins\nbuiltins.isinstance = lambda *a: True"),
    "an object that equals everything": [
        "class Y:\n    def __eq__(self, o): return True\n    def __ne__(self, o): return False\n"
        "def f(x):\n    return Y()"
    ],
    "an array that equals everything": [
        "import numpy as np\nclass Y(np.ndarray):\n    def __eq__(self, o): return True\n"
        "    def __array_ufunc__(self, *a, **k): return True\ndef f(x):\n    return x.view(Y)"
    ],
    "showtraceback is off": _with("get_ipython().showtraceback = lambda *a, **k: None"),
    "the syntax is transformed": _with("get_ipython().ast_transformers.append(None)"),
    "the display hook is called": ["def f(x):\n    get_ipython().displayhook(1.0)\n    return x"],
}

VALUES = {
    "not a number": ["def f(x):\n    return x * float('nan')"],
    "infinity": ["def f(x):\n    return x + float('inf')"],
    "an empty array": ["def f(x):\n    return x[:0]"],
    "a huge array of stride zero": [
        "import numpy as np\ndef f(x):\n    return np.broadcast_to(x[0], (1 << 20, 1 << 20))"
    ],
    "an array of objects": ["import numpy as np\ndef f(x):\n    return x.astype(object)"],
    "a million numbers in lists": ["def f(x):\n    return [[0.5] * 1000] * 1000"],
    "a list in itself": ["def f(x):\n    l = []\n    l.append(l)\n    return l"],
    "a string without end": ["def f(x):\n    return 'x' * (1 << 28)"],
    "an integer of a million digits": ["def f(x):\n    return 10 ** 1_000_000"],
    "a class with an evil reduce": [
        "import os\nclass P:\n    def __reduce__(self):\n"
        "        return (os.system, ('touch {outside}/pickled',))\ndef f(x):\n    return P()"
    ],
    "a property that runs code": [
        "class P:\n    @property\n    def numpy(self): raise SystemExit\ndef f(x):\n    return P()"
    ],
    "the input itself, changed": ["def f(x):\n    x[:] = 0\n    return x"],
    "the placeholder": ["from dscourse import TODO\ndef f(x):\n    return TODO"],
    "one array named many times, forged": [
        "import dscourse.grading.inside.answers as a, numpy as np\nbig = np.zeros(60 << 20, np.uint8)\n"
        "def packed(seen, packer):\n    packer.arrays.append(big)\n"
        "    return {{'returned': {{'list': [{{'array': 0}}] * 10}}}}\n"
        "a.pack_observation = packed\ndef f(x):\n    return x"
    ],
    "a long text among short ones": ["def f(x):\n    return ['x' * 1_000_000, *['y'] * 200]"],
    "a mapping of keys that collide": [
        "from collections.abc import Mapping\nclass M(Mapping):\n    def __getitem__(self, k): return 0\n"
        "    def __iter__(self): return iter(())\n    def __len__(self): return 0\n"
        "    def items(self): return [(k * (2**61 - 1), 0) for k in range(60_000)]\n"
        "def f(x):\n    return M()"
    ],
    "a set of keys that collide": [
        "class S(set):\n    def __iter__(self): return (k * (2**61 - 1) for k in range(60_000))\n"
        "def f(x):\n    return S()"
    ],
    "keys that collide, forged": [
        "import dscourse.grading.inside.answers as a\n"
        "a.pack_observation = lambda *k: {{'returned': {{'set': [k * (2**61 - 1) for k in range(60_000)]}}}}\n"
        "def f(x):\n    return x"
    ],
    "a function that is a class": ["class f:\n    def __init__(self, x): self.x = x"],
}

# Frames forged on every open descriptor, in a thread that goes on during the calls.
_FLOOD = """
import json, os, struct, threading, time
def forge(text):
    return struct.pack('<4sIQ', b'dsc1', len(text), 0) + text
def everywhere(data):
    for fd in range(3, 20):
        try: os.write(fd, data)
        except OSError: pass
"""

WIRE = {
    "garbage on every descriptor": _with(_FLOOD + "everywhere(os.urandom(5000))"),
    "a forged end of the notebook": _with(
        _FLOOD
        + "everywhere(forge(json.dumps({{'names': ['f'], 'odd': [], 'arrays': []}}).encode()))"
    ),
    "forged answers": _with(
        _FLOOD + "for n in range(5):\n    everywhere(forge(json.dumps({{'answer': n, 'seen': "
        "{{'returned': True}}, 'arrays': []}}).encode()))"
    ),
    "a forged verdict": _with(
        _FLOOD + 'everywhere(forge(b\'{{"outcome": "passed", "points": 4, "arrays": []}}\'))'
    ),
    "a header of 4 GB": _with(_FLOOD + "everywhere(struct.pack('<4sIQ', b'dsc1', 2**32 - 1, 0))"),
    "arrays of an exabyte": _with(_FLOOD + "everywhere(struct.pack('<4sIQ', b'dsc1', 2, 2**60))"),
    "a header nested deep": _with(_FLOOD + "everywhere(forge(b'[' * 100000))"),
    "a pickle": _with(
        _FLOOD
        + "import pickle\neverywhere(pickle.dumps(print))\neverywhere(forge(pickle.dumps(print)))"
    ),
    "an array of objects forged": _with(
        _FLOOD + 'everywhere(forge(b\'{{"arrays": [["|O", [1]]]}}\'))'
    ),
    "a cell of 4300 digits": _with(
        _FLOOD
        + "everywhere(forge(b'{{\"cell\": ' + b'9' * 4300 + b', \"arrays\": []}}'))\nos._exit(0)"
    ),
    "a time of 4000 digits": [
        "import dscourse.grading.inside.answers as a\n"
        "a.pack_observation = lambda *k: {{'timed out': 10**4000}}\ndef f(x):\n    return x"
    ],
    "a flood of cells": _with(
        _FLOOD
        + 'def flood():\n    while True: everywhere(forge(b\'{{"cell": 0, "arrays": []}}\'))\n'
        "threading.Thread(target=flood, daemon=True).start()\ntime.sleep(0.3)"
    ),
    "a slow drip": _with(
        _FLOOD + "def drip():\n    for b in forge(b' ' * 999):\n        everywhere(bytes([b]))\n"
        "        time.sleep(0.1)\nthreading.Thread(target=drip, daemon=True).start()\ntime.sleep(0.3)"
    ),
    "every descriptor closed": _with("import os\nos.closerange(3, 100)"),
    "a reader that never reads": [
        "import os, threading\ndef steal():\n    while True: os.read(3, 1 << 16)\n"
        "def f(x):\n    return x",
        "threading.Thread(target=steal, daemon=True).start()",
    ],
    "a printed verdict": _with('print(\'{{"score": 4, "passed": true}}\' * 1000)'),
    "fifty thousand prints": _with("for n in range(50_000): print('passed', n)"),
}

READS = {
    "import the reference": _with(
        "import sys\nsys.path.insert(0, '{outside}')\nfrom secret import f"
    ),
    "run the reference's file": _with("exec(open('{secret}').read())"),
    "a link to the reference": _with(
        "import os\nos.symlink('{secret}', 's')\nexec(open('s').read())"
    ),
    "a hard link to the reference": _with(
        "import os\nos.link('{secret}', 's')\nexec(open('s').read())"
    ),
    "the reference through /proc": _with("exec(open('/proc/self/root{secret}').read())"),
    "the reference through the grader": _with("exec(open('/proc/{parent}/root{secret}').read())"),
    "the reference renamed": _with("import os\nos.rename('{secret}', 's.py')\nfrom s import f"),
    "the reference loaded by path": _with(
        "import importlib.util as u\ns = u.spec_from_file_location('s', '{secret}')\n"
        "m = u.module_from_spec(s)\ns.loader.exec_module(m)\nf = m.f"
    ),
    "the reference in a C library's hands": _with(
        "import numpy as np\nexec(np.fromfile('{secret}', 'u1').tobytes())"
    ),
    "the reference's line cache": _with(
        "import linecache\nexec(''.join(linecache.getlines('{secret}')))"
    ),
    "folders watched": _with(
        "import ctypes\nl = ctypes.CDLL(None)\nn = l.inotify_init1(0)\n"
        "if l.inotify_add_watch(n, b'/tmp', 0xFFF) > 0:\n"
        "    def f(x): return 3 * x**2 + x[::-1]  # it could see what others are called"
    ),
    "the frames above": _with(
        "import sys\nn = sys._getframe()\nwhile n:\n"
        "    f = n.f_locals.get('reference', n.f_globals.get('reference', f))\n    n = n.f_back"
    ),
    "all objects": _with(
        "import gc\nf = next((o for o in gc.get_objects() if getattr(o, '__name__', '') == 'reference'), f)"
    ),
    "the arguments searched for the answer": [
        "import gc\ndef f(x):\n    return next((o for o in gc.get_objects() if getattr(o, 'shape', None)"
        " == x.shape and o is not x and not (o == x).all()), x)"
    ],
    "the course's own solutions": _with(
        "from dscourse.exercises.ch05_separable import *\nf = depthwise"
    ),
    "a solution asked of the exercise": _with(
        "from dscourse.exercises import find\nf = find('05-depthwise').solution"
    ),
    "the environment of the grader": _with("exec(open('/proc/{parent}/environ').read())"),
    "a mount of one's own": _with(
        "import ctypes\nl = ctypes.CDLL(None)\nl.unshare(0x10020000)\n"
        "l.mount(b'/', b'.', None, 4096, None)\nexec(open('./{secret}').read())"
    ),
    "a file by its handle": _with(
        "import ctypes\nctypes.CDLL(None).name_to_handle_at(-100, b'{secret}', 0, 0, 0)"
    ),
    "io_uring": _with("import ctypes\nctypes.CDLL(None).syscall(425, 1, 0)"),
    "the numbers of x32": _with(
        "import ctypes\nctypes.CDLL(None).syscall(0x40000000 + 59, 0, 0, 0)"
    ),
}

WRITES = {
    "write outside": _with("open('{outside}/x', 'w').write('x')"),
    "write through a link": _with(
        "import os\nos.symlink('{outside}/x', 'l')\nopen('l', 'w').write('x')"
    ),
    "write the reference": _with("open('{secret}', 'a').write('def f(x): return x')"),
    "cut the reference": _with("import os\nos.truncate('{secret}', 0)"),
    "remove the reference": _with("import os\nos.remove('{secret}')"),
    "open up the reference": _with(
        "import os\nos.chmod('{secret}', 0o777)\nos.utime('{secret}', (0, 0))"
    ),
    "a folder outside": _with("import os\nos.mkdir('{outside}/d')"),
    "write into shared memory": _with("open('/dev/shm/dscourse-attack', 'w').write('x')"),
    "write into /tmp": _with("open('/tmp/dscourse-attack', 'w').write('x')"),
    "write the course": _with("import dscourse\nopen(dscourse.__file__, 'a').write('#')"),
    "write the next student's zygote": _with(
        "import dscourse.grading.inside.answers as a\nopen(a.__file__, 'a').write('#')"
    ),
    "fill the disk with files": _with(
        "for n in range(10**5): open(f'{{n}}', 'wb').write(bytes(8 << 20))"
    ),
    "one file of 10 GB": _with("open('b', 'wb').write(bytes(10 << 20) * 1000)"),
    "a sparse file of 10 GB": _with("f_ = open('b', 'wb')\nf_.seek(10 << 30)\nf_.write(b'x')"),
    "folders without end": _with(
        "import os\nfor n in range(10**5):\n    os.mkdir('d')\n    os.chdir('d')"
    ),
    "a device": _with("import os\nos.mknod('disk', 0o60666, os.makedev(8, 0))"),
    "a message queue": _with("import ctypes\nctypes.CDLL(None).msgget(0x5ec7e7, 0o1666)"),
}

NETWORK = {
    "TCP to the grader": _with(
        "import socket\ns = socket.create_connection(('127.0.0.1', {port}), 1)\ns.send(b'answers?')"
    ),
    "UDP": _with("import socket\nsocket.socket(2, 2).sendto(b'answers?', ('127.0.0.1', {port}))"),
    "a Unix socket": _with("import socket\nsocket.socket(1).connect('{door}')"),
    "an abstract Unix socket": _with("import socket\nsocket.socket(1).connect('\\0{door}')"),
    "a web page": _with(
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{port}/', None, 1)"
    ),
    "a server": _with("import socket\nsocket.create_server(('0.0.0.0', 0)).accept()"),
    "netlink": _with("import socket\nsocket.socket(16, 3, 0)"),
}

FRAMEWORKS = {
    "TensorFlow": [
        "import tensorflow as tf\ndef f(x):\n    return (3 * tf.square(x) + tf.reverse(x, [0])).numpy()"
    ],
    "TensorFlow without the stand-in": [
        "import sys\nsys.meta_path.pop(0)\nimport tensorflow as tf\n"
        "def f(x):\n    return (3 * tf.square(x) + tf.reverse(x, [0])).numpy()"
    ],
    "TensorFlow by its path": [
        "import sys\nsys.meta_path.pop(0)\nsys.path.insert(0, '{tensorflow}/..')\nimport tensorflow as tf\n"
        "def f(x):\n    return (3 * tf.square(x) + tf.reverse(x, [0])).numpy()"
    ],
    "SciPy": [
        "from scipy.ndimage import convolve\ndef f(x):\n    return 3 * x**2 + convolve(x, [1.0])[::-1]"
    ],
    "SciPy without the stand-in": [
        "import sys\nsys.meta_path.pop(0)\nfrom scipy.ndimage import convolve\n"
        "def f(x):\n    return 3 * x**2 + convolve(x, [1.0])[::-1]"
    ],
    "a library of SciPy by its path": [
        "import ctypes\nl = ctypes.CDLL('{scipy_library}')\n"
        "def f(x):\n    return 3 * x**2 + x[::-1] if l else x"
    ],
}

GROUPS: Mapping[str, Mapping[str, list[str]]] = {
    "loops": LOOPS,
    "memory": MEMORY,
    "processes": PROCESSES,
    "exits": EXITS,
    "signals": SIGNALS,
    "patches": PATCHES,
    "values": VALUES,
    "wire": WIRE,
    "reads": READS,
    "writes": WRITES,
    "network": NETWORK,
    "frameworks": FRAMEWORKS,
}
ATTACKS = {f"{group}: {name}": cells for group, of in GROUPS.items() for name, cells in of.items()}


def cells_of(name: str, places: Mapping[str, object]) -> list[str]:
    """Return the cells of an attack, with its placeholders filled in."""
    return [cell.format(**places) for cell in ATTACKS[name]]
