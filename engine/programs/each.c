// A formula on every element of arrays.

#include "vectors.c"
#include "buffers.c"

// Inputs are read where they are, from element `at`, wherever an array begins. So
// a plane has values alone.
typedef vector elements __attribute__((aligned(8), may_alias));
#define X(i) (*(const elements *)(arrays[i] + at + part * LANES))
#define T(i) plane[(i) + part * PLACES]
#define ARGUMENTS const double *restrict w, vector *restrict plane, mask *restrict nonfinite_lanes, \
    double *const *restrict arrays, long at
#define ON w, plane, nonfinite_lanes, arrays, at

#include "program.c"

// Element i of the results, which are the last of the arrays, from element i of
// the others and from the numbers w. Returns whether a call or a division was not
// finite on the way.
static int each(double *const *arrays, long count, const double *w)
{
    vector *plane = aligned_alloc(sizeof(vector), sizeof(vector) * (PLACES + INPUTS + INPUTS / LANES + 1));
    if (!plane) return 1;
    mask nonfinite_lanes = {0};
    double **tail = (double **)(plane + PLACES + INPUTS);  // the last elements, if they do not fill a vector
    for (long at = 0; at < count; at += LANES) {
        long remaining = count - at;
        if (remaining < LANES) for (long i = 0; i < INPUTS; i++) {
            tail[i] = (double *)(plane + PLACES + i);  // the last of all is in the other lanes too
            for (long lane = 0; lane < LANES; lane++)
                tail[i][lane] = arrays[i][at + (lane < remaining ? lane : remaining - 1)];
        }
        if (remaining < LANES) forward(1, FULL, w, plane, &nonfinite_lanes, tail, 0);
        else forward(1, FULL, w, plane, &nonfinite_lanes, arrays, at);
        for (long i = 0; i < RESULTS; i++) {
            vector result = plane[computed[i]];
            double *to = arrays[INPUTS + i] + at;
            if (remaining >= LANES) *(elements *)to = result;
            else for (long lane = 0; lane < remaining; lane++) to[lane] = result[lane];
        }
    }
    long long nonfinite = 0;
    FOR_LANES nonfinite |= nonfinite_lanes[lane];
    free(plane);
    return nonfinite != 0;
}

// The same on Python's objects: `tuple` has the arrays.
int call(void *tuple, void *numbers)
{
    enum { ARRAYS = INPUTS + RESULTS };
    buffer *held = malloc(sizeof(buffer) * (ARRAYS + 1));  // too many for the stack, maybe
    double **arrays = malloc(sizeof(double *) * ARRAYS);
    int room = held && arrays, readable = 0, status = UNREADABLE;
    while (room && readable < ARRAYS && hold(python.item(tuple, readable), &held[readable])) {
        arrays[readable] = held[readable].memory;
        if (held[readable++].bytes != held[0].bytes) break;
    }
    int alike = readable == ARRAYS && held[ARRAYS - 1].bytes == held[0].bytes;
    if (alike && hold(numbers, &held[ARRAYS])) {
        void *state = python.let_others_run();
        status = each(arrays, held[0].bytes / sizeof(double), held[ARRAYS].memory) ? NOT_FINITE : DONE;
        python.run_alone(state);
        python.release_buffer(&held[ARRAYS]);
    }
    while (readable) python.release_buffer(&held[--readable]);
    free(held);
    free(arrays);
    return status;
}
