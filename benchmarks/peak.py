"""What the processor could do at most: fused multiply-adds on registers, and nothing else."""

import ctypes
import time
from collections.abc import Callable

CHAINS = 12  # sums in flight: enough to hide the latency of one
STEPS = 2_000_000


def peak_gflops(rounds: int = 10) -> float:
    """Measure the most multiply-adds of one core, each as two operations, in 10^9 a second.

    LLVM, which Numba brings, compiles a loop of `CHAINS` independent sums for registers of 4, 8
    and 16 numbers; the fastest counts.

    Args:
        rounds: Measurements of each; the best counts, since a shared machine only ever slows.
    """
    return max(_rate(width, rounds) for width in (4, 8, 16))


def _rate(width: int, rounds: int) -> float:
    engine, loop = _compile(width)
    best = min(_cpu_seconds(loop) for _ in range(rounds))
    del engine  # it owns the code of `loop`
    return 2 * width * CHAINS * STEPS / best / 1e9


def _cpu_seconds(loop: Callable[[int], float]) -> float:
    start = time.process_time()
    loop(STEPS)
    return time.process_time() - start


def _source(width: int) -> str:
    """Write the loop in LLVM's language."""
    vector = f"<{width} x float>"
    ones = f"<{', '.join(['float 1.0'] * width)}>"
    sums = [
        f"  %s{n} = phi {vector} [ zeroinitializer, %start ], [ %t{n}, %loop ]"
        for n in range(CHAINS)
    ]
    adds = [
        f"  %t{n} = call {vector} @llvm.fma.v{width}f32({vector} %s{n}, {vector} %s{n}, "
        f"{vector} {ones})"
        for n in range(CHAINS)
    ]
    totals = [f"  %u0 = fadd {vector} %t0, %t0"] + [
        f"  %u{n} = fadd {vector} %u{n - 1}, %t{n}" for n in range(1, CHAINS)
    ]
    return "\n".join(
        [
            f"declare {vector} @llvm.fma.v{width}f32({vector}, {vector}, {vector})",
            "define float @spin(i64 %steps) {",
            "start:",
            "  br label %loop",
            "loop:",
            "  %i = phi i64 [ 0, %start ], [ %j, %loop ]",
            *sums,
            *adds,
            "  %j = add i64 %i, 1",
            "  %more = icmp ult i64 %j, %steps",
            "  br i1 %more, label %loop, label %end",
            "end:",
            *totals,
            f"  %y = extractelement {vector} %u{CHAINS - 1}, i32 0",
            "  ret float %y",
            "}",
        ]
    )


def _compile(width: int) -> tuple[object, Callable[[int], float]]:
    import numba  # noqa: F401 -- it prepares LLVM for this processor
    from llvmlite import binding

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    machine = binding.Target.from_default_triple().create_target_machine(
        cpu=binding.get_host_cpu_name(), features=binding.get_host_cpu_features().flatten(), opt=2
    )
    engine = binding.create_mcjit_compiler(binding.parse_assembly(_source(width)), machine)
    engine.finalize_object()
    function = ctypes.CFUNCTYPE(ctypes.c_float, ctypes.c_int64)
    return engine, function(engine.get_function_address("spin"))
