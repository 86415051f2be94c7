// A program on rows: its mean output, and the mean gradient.

#include "vectors.c"
#include "buffers.c"

// The eight sums of a parameter in one: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).
typedef double pair __attribute__((vector_size(16), may_alias));
typedef double four __attribute__((vector_size(32), may_alias));
static inline double total(const vector *sums)
{
#if WIDTH == 16
    pair two = (sums[0] + sums[2]) + (sums[1] + sums[3]);
#else
    const four *halves = (const four *)sums;
    four half = halves[0] + halves[1];
    const pair *quarters = (const pair *)&half;
    pair two = quarters[0] + quarters[1];
#endif
    two += (pair){ two[1], two[0] };
    return two[0];
}

// What is to be done with a number of every row: add it to the sums of its
// parameter. They begin at -0.0 with the `first` rows, because -0.0 + x is x even
// for -0.0. With the last rows the means go to `means`, if that is not null.
struct adding {
    vector *restrict sums;
    double *restrict means;
    double count, share;  // the number of rows; 1 / count if that is exact, or 0
    int first;
    mask valid[PARTS];
};

static inline double mean(double total, const struct adding *restrict to)
{
    return to->share ? total * to->share : total / to->count;
}

#define PLACE_OF(k) (ORDERED ? (k) : order[k])
#define ADD(k, ...) do { \
    vector *restrict sum = to->sums + (long)(k) * TURNS, now[TURNS]; \
    FOR_TURNS if (turn < parts) now[turn] = block == ALONE || to->first ? SPLAT(-0.0) : sum[turn]; \
    EACH { \
        vector more = now[part % TURNS] + (__VA_ARGS__); \
        now[part % TURNS] = block == MASKED ? SELECT(to->valid[part], more, now[part % TURNS]) : more; \
    } \
    if (block == ALONE && (k) < SUMS) to->means[PLACE_OF(k)] = total(now) * (1.0 / (PARTS * LANES)); \
    else if (parts == PARTS && (k) < SUMS && to->means) to->means[PLACE_OF(k)] = mean(total(now), to); \
    else FOR_TURNS if (turn < parts) sum[turn] = now[turn]; \
} while (0)

// The same for a line outside of loops, in sums that are -0.0 to begin with.
#define ADD_LINE(k, number) do { \
    vector *sum = to->sums + (long)(k) * TURNS + which % TURNS; \
    *sum = block == FULL ? *sum + (number) : SELECT(to->valid[which], *sum + (number), *sum); \
} while (0)

// A plane: inputs X, values T, gradients D.
#define X(i) plane[(i) + part * PLACES]
#define T(i) plane[INPUTS + (i) + part * PLACES]
#define D(i) plane[INPUTS + VALUES + (i) + part * PLACES]
#define ARGUMENTS const double *restrict w, vector *restrict plane, mask *restrict nonfinite_lanes, \
    const struct adding *restrict to
#define ON w, plane, nonfinite_lanes, to

#include "program.c"

// The mean output over rows of inputs, or NaN if an input, a call or a division
// was not finite on the way; and the mean gradient, unless `gradient` is null.
static double run(const double *rows, long count, const double *parameters, double *gradient)
{
    enum { SIZE = PARTS * PLACES + (SUMS + 1) * TURNS };
    vector *planes = aligned_alloc(sizeof(vector), sizeof(vector) * ((long)SIZE + INPUTS + SUMS / LANES + 1));
    if (!planes) return NAN;
    vector *sums = planes + PARTS * PLACES;
    double *padded = (double *)(planes + SIZE), *copy = padded + (long)INPUTS * LANES;
    const double *w = ORDERED ? parameters : copy;
    mask nonfinite_lanes = {0};
    if (!ORDERED) for (long k = 0; k < SUMS; k++) copy[k] = parameters[order[k]];
    if (count < 8) for (long i = 0; i < (SUMS + 1) * TURNS; i++) sums[i] = SPLAT(-0.0);
    for (int i = 0; i < LINED; i++) FOR_TURNS sums[lined[i] * TURNS + turn] = SPLAT(-0.0);

    struct adding to = { sums, 0, count, count & (count - 1) ? 0 : 1.0 / count, 1 };
    for (long row = 0, parts; row < count; row += parts * LANES) {
        long remaining = count - row;
        parts = remaining <= LANES ? 1 : PARTS;
        int masked = remaining < parts * LANES, ends = remaining <= parts * LANES;
        to.first = row == 0;  // all others begin where the turns do: after 16 or 32 rows, and so on
        for (long part = 0; part < parts; part++) {
            if (masked || row == 0) FOR_LANES to.valid[part][lane] = -(part * LANES + lane < remaining);
            const double *at = rows + (row + part * LANES) * INPUTS;
            long last = remaining - 1 - part * LANES;
            if (last < LANES - 1) {  // the last row of all is in the other lanes too
                for (long lane = 0; lane < LANES; lane++) for (long j = 0; j < INPUTS; j++)
                    padded[lane * INPUTS + j] = at[(lane < last ? lane : last) * INPUTS + j];
                at = padded;
            }
            for (long j = 0; j < INPUTS; j++) {
                vector x = GATHER(at + j, INPUTS);
                planes[part * PLACES + j] = finite_lanes(x, &nonfinite_lanes);
            }
        }
        to.means = ends ? gradient : 0;
        enum block block = masked ? MASKED : to.first && ends ? ALONE : FULL;
        (gradient ? gradients : forward)(parts, block, w, planes, &nonfinite_lanes, &to);
        if (!to.means) continue;
        if (parts == 1) for (long k = 0; k < SUMS; k++)
            gradient[PLACE_OF(k)] = mean(total(sums + k * TURNS), &to);
        else for (int i = 0; i < LINED; i++) if (lined[i] < SUMS)
            gradient[PLACE_OF(lined[i])] = mean(total(sums + lined[i] * TURNS), &to);
    }
    double output = mean(total(sums + (long)SUMS * TURNS), &to);
    long long nonfinite = 0;
    FOR_LANES nonfinite |= nonfinite_lanes[lane];
#ifdef __FAST_MATH__  // whose other order of operations may overflow, or make a number of infinities
    for (long k = 0; k < SUMS; k++) finite(w[k], &nonfinite);
    if (gradient) for (long k = 0; k < SUMS; k++) finite(gradient[k], &nonfinite);
    finite(output, &nonfinite);
#endif
    free(planes);
    return nonfinite ? NAN : output;
}

// The same on Python's objects. `found` is for the gradient, and the mean output
// after it. If count is -1, rows are a matrix, with a row for each of its rows.
int call(void *rows, long count, void *parameters, void *found, int backward)
{
    buffer inputs, numbers, results;
    if (!hold(rows, &inputs)) return UNREADABLE;
    int status = UNREADABLE;
    if (count < 0 && inputs.dimensions == 2 && inputs.shape[1] == INPUTS) count = inputs.shape[0];
    long bytes, fits = count > 0 && !__builtin_mul_overflow(count, INPUTS * (long)sizeof(double), &bytes);
    if (fits && inputs.bytes == bytes && hold(parameters, &numbers)) {
        if (numbers.bytes == SUMS * (long)sizeof(double) && hold(found, &results)) {
            if (results.bytes == (SUMS + 1) * (long)sizeof(double)) {
                double *gradient = results.memory;
                void *state = python.let_others_run();
                double mean = run(inputs.memory, count, numbers.memory, backward ? gradient : 0);
                python.run_alone(state);
                gradient[SUMS] = mean;
                status = mean == mean ? DONE : NOT_FINITE;
            }
            python.release_buffer(&results);
        }
        python.release_buffer(&numbers);
    }
    python.release_buffer(&inputs);
    return status;
}
