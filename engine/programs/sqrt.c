#if defined(__SSE2__) && !defined(__clang__)
#include <immintrin.h>  // which takes long to read: so this is in a file of its own
#endif

// The square root, which is exact, is an instruction on vectors. (clang finds it
// in the loop, and gcc does not.)
static inline vector sqrt_lanes(vector numbers)
{
#if defined(__clang__) || !defined(__SSE2__)
    FOR_LANES numbers[lane] = __builtin_sqrt(numbers[lane]);
    return numbers;
#elif defined(__AVX512F__)
    return (vector)_mm512_sqrt_pd((__m512d)numbers);
#elif defined(__AVX__)
    return (vector)_mm256_sqrt_pd((__m256d)numbers);
#else
    return (vector)_mm_sqrt_pd((__m128d)numbers);
#endif
}
