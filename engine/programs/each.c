// A formula on every element of arrays.

#include "vectors.c"

struct adding;  // nothing is added to sums here
typedef vector elements __attribute__((aligned(8), may_alias));  // of an array, wherever it begins

#include "program.c"

// Element i of the `results` from element i of the `arrays` and from the
// numbers w. Returns whether a call or a division was not finite on the way.
int each(const double *const *arrays, double *const *results, long count, const double *w)
{
    vector *plane = aligned_alloc(sizeof(vector), sizeof(vector) * PARTS * PLACES);
    if (!plane) return 1;
    mask nonfinite_lanes = {0};
    for (long at = 0, parts; at < count; at += parts * LANES) {
        parts = count - at <= LANES ? 1 : PARTS;
        for (long part = 0; part < parts; part++) for (int j = 0; j < INPUTS; j++) {
            long first = at + part * LANES, last = count - 1 - first;
            if (last >= LANES - 1) X(j) = *(const elements *)(arrays[j] + first);
            else for (long lane = 0; lane < LANES; lane++)  // the last element is in the other lanes too
                X(j)[lane] = arrays[j][first + (lane < last ? lane : last)];
        }
        forward(parts, FULL, w, plane, &nonfinite_lanes, 0);
        for (long part = 0; part < parts; part++) for (int j = 0; j < RESULTS; j++) {
            long first = at + part * LANES;
            vector result = plane[computed[j] + part * PLACES];
            if (first + LANES <= count) *(elements *)(results[j] + first) = result;
            else for (long lane = 0; first + lane < count; lane++) results[j][first + lane] = result[lane];
        }
    }
    long long nonfinite = 0;
    FOR_LANES nonfinite |= nonfinite_lanes[lane];
    free(plane);
    return nonfinite != 0;
}
