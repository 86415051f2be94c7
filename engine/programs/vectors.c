// What every compiled program has in common. One program's lines stand in the
// middle. A vector has one number for each of several rows, its lanes; a plane
// has a vector for each place of the program.

#include <math.h>
#include <stdlib.h>

// As wide as this processor's registers; and numbers `step` apart in a vector.
#if defined(__AVX512F__)
#define WIDTH 64
#define GATHER(at, step) { (at)[0], (at)[step], (at)[2 * (step)], (at)[3 * (step)], \
    (at)[4 * (step)], (at)[5 * (step)], (at)[6 * (step)], (at)[7 * (step)] }
#elif defined(__AVX__)
#define WIDTH 32
#define GATHER(at, step) { (at)[0], (at)[step], (at)[2 * (step)], (at)[3 * (step)] }
#else
#define WIDTH 16
#define GATHER(at, step) { (at)[0], (at)[step] }
#endif

typedef double vector __attribute__((vector_size(WIDTH)));
typedef long long mask __attribute__((vector_size(WIDTH)));

// Row r goes into sum r % 8 of its parameter: these are TURNS vectors. A loop
// works on PARTS planes at once, so that no sum has to wait for itself.
enum { LANES = WIDTH / 8, TURNS = 8 / LANES, PARTS = WIDTH == 64 ? 4 : 8 };
// Turns of a loop go side by side, on a tile of the planes: as many as there are
// registers for.
enum { BLOCK = WIDTH == 64 ? 4 : 2, TILE = 4 };

// What a block of rows is: there is a row for each of its lanes; or only some
// are `valid`; or it has a row for each lane, and there is no other block.
enum block { FULL, MASKED, ALONE };

#define NOINLINE static __attribute__((noinline))
// At the end of each function: gcc 12 finds that some of them write nothing, from
// the way in which it has rewritten their addresses, and leaves out their calls.
#define FENCE __asm__ volatile("" ::: "memory")
#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 8")
#endif
#define FOR_LANES UNROLLED for (int lane = 0; lane < LANES; lane++)
#define FOR_TURNS UNROLLED for (int turn = 0; turn < TURNS; turn++)
#define EACH UNROLLED for (int part = 0; part < parts; part++)
#define FOR_TILES for (int tile = 0; tile < parts; tile += TILE)
#define EACH_OF_TILE UNROLLED for (int part = tile; part < tile + (parts < TILE ? parts : TILE); part++)
#define EACH_PLANE for (int which = 0; which < parts; which++, plane += PLACES)
// A compiler that knows this number takes x > -0.0 ? -0.0 : x for the processor's
// minimum, which gives the other zero (clang 14 does).
static volatile double minus_zero = -0.0;
// x - 0 is x, even for -0.0
#define SPLAT(number) ((number) - (vector){0})
#define SELECT(test, yes, no) ((vector)(((mask)(yes) & (test)) | ((mask)(no) & ~(test))))
#define W(i) w[i]

// Where Python raises (the log of -1, 1 / 0, exp of 1000), C has an infinity or
// NaN. So the results of calls and divisions pass through one of these, which
// record any that is not finite. The bits of the exponent are all set in
// infinities and NaN only.
#define EXPONENT 0x7ff0000000000000
#define ABS(numbers) ((vector)((mask)(numbers) & 0x7fffffffffffffff))

static inline double finite(double number, long long *nonfinite)
{
    union { double number; long long bits; } is = { number };
    *nonfinite |= (is.bits & EXPONENT) == EXPONENT;
    return number;
}

static inline vector finite_lanes(vector numbers, mask *nonfinite_lanes)
{
    *nonfinite_lanes |= ((mask)numbers & EXPONENT) == EXPONENT;
    return numbers;
}
