// What every compiled program has in common. The lines of one program stand in
// the middle, as functions `forward` and `backward` on eight rows at a time: a
// lane for each row.

#include <math.h>
#include <stdlib.h>

typedef double lanes __attribute__((vector_size(64)));
typedef long long masks __attribute__((vector_size(64)));

#define FOR_LANES for (int i = 0; i < 8; i++)
// x - 0 is x, even for -0.0
#define SPLAT(number) ((number) - (lanes){0})
#define SELECT(test, yes, no) ((lanes)(((masks)(yes) & (test)) | ((masks)(no) & ~(test))))
#define GATHER(at, step) ((lanes){ \
    (at)[0], (at)[step], (at)[2 * step], (at)[3 * step], \
    (at)[4 * step], (at)[5 * step], (at)[6 * step], (at)[7 * step]})
#define CHUNK(name) static __attribute__((noinline)) void name( \
    const double *restrict w, lanes *restrict workspace, lanes *restrict sums, \
    masks *restrict nonfinite_lanes)

// Where Python raises (the log of -1, 1 / 0, exp of 1000), C has an infinity or
// NaN. So the results of calls and divisions pass through one of these, which
// record any that is not finite. The bits of the exponent are all set in
// infinities and NaN only.
#define EXPONENT 0x7ff0000000000000

static inline double finite(double number, long long *nonfinite)
{
    union { double number; long long bits; } is = { number };
    *nonfinite |= (is.bits & EXPONENT) == EXPONENT;
    return number;
}

static inline lanes finite_lanes(lanes numbers, masks *nonfinite_lanes)
{
    *nonfinite_lanes |= ((masks)numbers & EXPONENT) == EXPONENT;
    return numbers;
}

#include "program.c"

// Sums begin at -0.0, because -0.0 + x is x even for -0.0.
static double mean(lanes sums, long count)
{
    double sum = -0.0;
    FOR_LANES sum += sums[i];
    return sum / count;
}

// The mean output over rows of inputs at the parameters w, or NaN if an input,
// a call or a division was not finite on the way; and the mean gradient, unless
// `gradient` is null.
double run(const double *rows, long count, const double *w, double *gradient)
{
    lanes *workspace = aligned_alloc(sizeof(lanes), sizeof(lanes) * (WORKSPACE + 2 * SUMS + INPUTS));
    if (!workspace) return NAN;
    lanes *sums = workspace + WORKSPACE, *tail = sums + SUMS;
    double *padded = (double *)(tail + SUMS);
    masks nonfinite_lanes = {0};
    for (int j = 0; j < SUMS; j++) sums[j] = SPLAT(-0.0);

    for (long row = 0; row < count; row += 8) {
        long remaining = count - row;
        const double *at = rows + row * INPUTS;
        if (remaining < 8) {  // the last row fills the other lanes, whose sums are left out below
            for (int j = 0; j < SUMS; j++) tail[j] = SPLAT(-0.0);
            FOR_LANES for (int j = 0; j < INPUTS; j++)
                padded[i * INPUTS + j] = at[(i < remaining ? i : remaining - 1) * INPUTS + j];
            at = padded;
        }
        for (int j = 0; j < INPUTS; j++) workspace[j] = finite_lanes(GATHER(at + j, INPUTS), &nonfinite_lanes);
        forward(w, workspace, remaining < 8 ? tail : sums, &nonfinite_lanes);
        if (gradient) backward(w, workspace, remaining < 8 ? tail : sums, &nonfinite_lanes);
        if (remaining < 8)
            for (int j = 0; j < SUMS; j++) FOR_LANES if (i < remaining) sums[j][i] += tail[j][i];
    }
    double output = mean(sums[0], count);
    if (gradient) for (int j = 1; j < SUMS; j++) gradient[j - 1] = mean(sums[j], count);
    long long nonfinite = 0;
    FOR_LANES nonfinite |= nonfinite_lanes[i];
    free(workspace);
    return nonfinite ? NAN : output;
}
