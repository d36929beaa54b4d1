#pragma once
// Loops over floats compiled for wider registers as well, where the machine at hand may have them.

/// Before a function's definition: g++ compiles it for AVX2 and AVX-512 besides the plain x86-64,
/// and the loader takes the widest that the processor has. Elsewhere, and under the sanitizers,
/// which are not ready yet when the loader chooses, there is the plain one alone. To be used where
/// the results are the same to the bit: no sum whose order the width decides, and no product that
/// is added at once, which a wider machine would round once instead of twice.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define WEIR_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WEIR_VECTOR_CLONES
#endif
