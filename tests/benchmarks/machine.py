"""What the numbers hold for: the processor, and how wide its vectors are."""

import os
import platform
import subprocess
from pathlib import Path

from engine import c_compiler

# Every peer computes on one thread, as linegrad does.
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
# What each peer reads to do without AVX-512, as on a processor that has none.
WITHOUT_AVX512 = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "AVX512F,AVX512CD,AVX512_SKX,AVX512_CLX,AVX512_CNL,AVX512_ICL,AVX512_SPR",
    "XLA_FLAGS": f"{ONE_THREAD['XLA_FLAGS']} --xla_cpu_max_isa=AVX2",
}


def processor():
    """The processor's own name, if the system tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text()
        names = [
            line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")
        ]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def vector_bytes():
    """How wide the compiler makes vectors here; None without a compiler."""
    if c_compiler() is None:
        return None
    command = [*c_compiler(), "-march=native", "-dM", "-E", "-x", "c", os.devnull]
    macros = subprocess.run(command, capture_output=True, text=True).stdout
    return 64 if "__AVX512F__" in macros else 32 if "__AVX__" in macros else 16


def narrower():
    """The environment in which nothing here uses AVX-512."""
    return {**os.environ, **WITHOUT_AVX512, "CC": " ".join([*c_compiler(), "-mno-avx512f"])}
