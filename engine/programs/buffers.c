// The memory of Python's objects: arrays, memoryviews.

#include <stddef.h>
#include <stdint.h>

// What Python tells of one: https://docs.python.org/3/c-api/buffer.html
typedef struct {
    void *memory, *object;
    ptrdiff_t bytes, item;
    int read_only, dimensions;
    char *format;
    ptrdiff_t *shape, *strides, *suboffsets;
    void *internal;
} buffer;

// Functions of Python's C interface, which it hands over once.
static struct interface {
    int (*get_buffer)(void *object, buffer *numbers, int flags);
    void (*release_buffer)(buffer *numbers);
    void (*clear_error)(void);
    void *(*item)(void *tuple, ptrdiff_t index);
    void *(*let_others_run)(void);
    void (*run_alone)(void *state);
} python;

void connect(const struct interface *functions)
{
    python = *functions;
}

// Whether an object is float64 numbers, one after the other. They stay where they
// are until they are released.
static int hold(void *object, buffer *numbers)
{
    enum { FORMAT = 4, CONTIGUOUS = 0x38 };
    if (python.get_buffer(object, numbers, FORMAT | CONTIGUOUS)) {
        python.clear_error();
        return 0;
    }
    const char *format = numbers->format;
    int aligned = !numbers->bytes || (uintptr_t)numbers->memory % sizeof(double) == 0;
    if (format && format[0] == 'd' && !format[1] && aligned) return 1;
    python.release_buffer(numbers);
    return 0;
}

enum { DONE, NOT_FINITE, UNREADABLE };
